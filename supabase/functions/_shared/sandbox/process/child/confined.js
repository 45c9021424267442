/** A sandbox process that locks itself in before anything else: the order of these lines matters. */
import "./confine.js";
import "./main.js";
