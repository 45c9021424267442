import { openLibrary } from "./libc.js";
import { confine, isKnownSystem } from "./seccomp.js";

if (!isKnownSystem()) throw new Error("unknown system");
confine(openLibrary());
