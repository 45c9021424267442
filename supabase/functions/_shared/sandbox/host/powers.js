/**
 * What an agent may ask of its tools, by name: `agent.fetch`, `agent.files`… Each is nothing but
 * `call` with arguments that are pleasant to write and results that are pleasant to read.
 *
 * As `guest.js` it is never called here: its text is evaluated inside QuickJS or a realm of V8, so it is one
 * self-contained function, whatever its length, and takes what it needs before the agent can change
 * it. It has no authority: an agent that has `call` can do all of this by itself.
 */
export function powers(call, fit) {
  "use strict";
  const { parse } = JSON;
  const { apply, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
  const { assign, create, defineProperty, entries, freeze, hasOwn } = Object;
  const { isArray } = Array;
  const { fromCharCode, fromCodePoint } = String;
  const { charCodeAt, slice, toLowerCase, toWellFormed } = String.prototype;
  const { asyncIterator } = Symbol;
  const [B, P, S, T, U] = [ArrayBuffer, Promise, String, TypeError, Uint8Array];
  const { decodeURIComponent: decode, encodeURIComponent: encode, escape, unescape } = globalThis;
  const typed = getPrototypeOf(U.prototype);
  const sizeOf = getOwnPropertyDescriptor(typed, "length").get;
  const bufferOf = getOwnPropertyDescriptor(typed, "buffer").get;
  const codeAt = Function.prototype.call.bind(charCodeAt);

  const promise = (work) => new P((resolve) => resolve(work()));
  /** The options as they were given, and what comes from elsewhere; nothing that is inherited. */
  const join = (options, more) => {
    if (options !== undefined && (typeof options !== "object" || options === null)) {
      throw new T("options are an object");
    }
    return assign(create(null), options, more);
  };

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const PADDING = 61;
  const digits = new U(64);
  const sextets = new U(128);
  for (let i = 0; i < 64; i++) sextets[digits[i] = codeAt(ALPHABET, i)] = i;
  const fromBase64 = (text) => {
    const length = text.length;
    const isPadded = (left) => codeAt(text, length - left) === PADDING;
    const padding = isPadded(2) ? 2 : isPadded(1) ? 1 : 0;
    const bytes = new U(length / 4 * 3 - padding);
    for (let i = 0, at = 0; i < length; i += 4) {
      const group = sextets[codeAt(text, i)] << 18 | sextets[codeAt(text, i + 1)] << 12 |
        sextets[codeAt(text, i + 2)] << 6 | sextets[codeAt(text, i + 3)];
      bytes[at++] = group >> 16;
      bytes[at++] = group >> 8;
      bytes[at++] = group;
    }
    return bytes;
  };
  /** A text with one character for each byte, made in pieces: arguments are few. */
  const fromLatin1 = (bytes) => {
    const length = apply(sizeOf, bytes, []);
    const buffer = apply(bufferOf, bytes, []);
    let text = "";
    for (let i = 0; i < length; i += 4096) {
      const size = i + 4096 < length ? 4096 : length - i;
      // its own, for the one that it inherits may be the agent's
      const piece = defineProperty(new U(buffer, i, size), "length", {
        __proto__: null,
        value: size,
      });
      text += apply(fromCharCode, S, piece);
    }
    return text;
  };
  const toBase64 = (bytes) => {
    const length = apply(sizeOf, bytes, []);
    const units = new U((length + 2) / 3 << 2);
    let at = 0;
    for (let i = 0; i < length; i += 3) {
      const group = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
      units[at++] = digits[group >> 18];
      units[at++] = digits[group >> 12 & 63];
      units[at++] = digits[group >> 6 & 63];
      units[at++] = digits[group & 63];
    }
    for (let over = length % 3; over > 0 && over < 3; over++) units[--at] = PADDING;
    return fromLatin1(units);
  };
  const toUtf8 = (text) => {
    const units = unescape(encode(apply(toWellFormed, text, [])));
    const length = units.length;
    const bytes = new U(length);
    for (let i = 0; i < length; i++) bytes[i] = codeAt(units, i);
    return bytes;
  };
  /** As TextDecoder does it: what is not UTF-8 becomes U+FFFD. */
  const repair = (bytes) => {
    const length = apply(sizeOf, bytes, []);
    let text = "";
    let missing = 0;
    let [point, low, high] = [0, 0x80, 0xbf];
    for (let i = 0; i < length; i++) {
      const byte = bytes[i];
      if (missing > 0 && byte >= low && byte <= high) {
        point = point << 6 | byte & 0x3f;
        low = 0x80;
        high = 0xbf;
        if (--missing === 0) text += fromCodePoint(point);
        continue;
      }
      if (missing > 0) text += "\ufffd";
      missing = 0;
      if (byte < 0x80) text += fromCharCode(byte);
      else if (byte < 0xc2 || byte > 0xf4) text += "\ufffd";
      else {
        missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
        point = byte & 0x3f >> missing;
        low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
        high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
      }
    }
    return missing > 0 ? text + "\ufffd" : text;
  };
  const fromUtf8 = (bytes) => {
    try {
      return decode(escape(fromLatin1(bytes)));
    } catch {
      return repair(bytes);
    }
  };
  /** Data as an argument: text as it is, bytes under another name. */
  const dataOf = (data, textName, bytesName) => {
    const args = create(null);
    if (typeof data === "string") args[textName] = data;
    else if (data instanceof U || data instanceof B) {
      const bytes = data instanceof U ? data : new U(data);
      fit(apply(sizeOf, bytes, []) / 3 * 4);
      args[bytesName] = toBase64(bytes);
    } else if (data !== undefined) throw new T("data is a text, a Uint8Array or an ArrayBuffer");
    return args;
  };

  const headersOf = (given) => {
    const headers = join(given);
    const key = (name) => apply(toLowerCase, S(name), []);
    return freeze({
      get: freeze((name) => headers[key(name)] ?? null),
      has: freeze((name) => key(name) in headers),
      entries: freeze(() => entries(headers)),
    });
  };
  const responseOf = ({ url, status, redirected, headers, body, encoding }) => {
    const isText = encoding !== "base64";
    const read = () => {
      const text = isText ? body : fromUtf8(fromBase64(body));
      return codeAt(text, 0) === 0xfeff ? apply(slice, text, [1]) : text;
    };
    return freeze({
      url,
      status,
      ok: status >= 200 && status < 300,
      redirected: redirected === true,
      headers: headersOf(headers),
      text: freeze(() => promise(read)),
      json: freeze(() => promise(() => parse(read()))),
      bytes: freeze(() => promise(() => isText ? toUtf8(body) : fromBase64(body))),
    });
  };
  const fetch = async (url, options) => {
    const { body, ...rest } = join(options);
    const args = join(rest, join(dataOf(body, "body", "body_base64"), { url }));
    return responseOf(await call("fetch", args));
  };

  const readFile = async (path, encoding, options) =>
    await call("files.read", join(options, { path, encoding }));
  const writeFile = async (tool, path, data, options) =>
    await call(tool, join(options, join(dataOf(data, "text", "base64"), { path })));
  const files = {
    read: async (path, options) => (await readFile(path, "utf8", options)).text,
    bytes: async (path, options) => fromBase64((await readFile(path, "base64", options)).base64),
    write: (path, data, options) => writeFile("files.write", path, data, options),
    append: (path, data, options) => writeFile("files.append", path, data, options),
    list: async (prefix, options) => await call("files.list", join(options, { prefix })),
    stat: async (path) => await call("files.stat", join({ path })),
    delete: async (path) => await call("files.delete", join({ path })),
  };

  /** The pieces of an answer as they come. A loop that is left early ends the answer, too. */
  const streamOf = (request) => {
    let opening;
    let over = false;
    let value;
    const next = async () => {
      if (over) return { done: true, value: undefined };
      try {
        opening ??= call("llm", join(request, { stream: true }));
        const { stream } = await opening;
        const piece = await call("stream.next", join({ stream }));
        if (hasOwn(piece, "delta")) return { done: false, value: piece.delta };
        over = true;
        value = piece.value;
        return { done: true, value };
      } catch (error) {
        over = true;
        throw error;
      }
    };
    const leave = async () => {
      if (!over && opening !== undefined) {
        over = true;
        const { stream } = await opening;
        await call("stream.close", join({ stream }));
      }
      over = true;
      return { done: true, value: undefined };
    };
    /** What the whole came to, read to its end. */
    const result = async () => {
      while (!over) await next();
      return value;
    };
    return freeze({
      next: freeze(next),
      return: freeze(leave),
      result: freeze(result),
      [asyncIterator]() {
        return this;
      },
    });
  };
  const llm = assign(async (request) => await call("llm", request), { stream: freeze(streamOf) });

  const attachmentOf = ({ content, ...rest }) => {
    if (typeof content !== "string") return join(rest, dataOf(content, "", "content_base64"));
    fit(content.length);
    return join(rest, dataOf(toUtf8(content), "", "content_base64"));
  };
  const email = async (message) => {
    const args = join(message);
    const given = args.attachments;
    if (isArray(given)) {
      args.attachments = [];
      for (let i = 0; i < given.length; i++) args.attachments[i] = attachmentOf(join(given[i]));
    }
    return await call("email", args);
  };

  const each = entries(files);
  for (let i = 0; i < each.length; i++) freeze(each[i][1]);
  return {
    fetch: freeze(fetch),
    files: freeze(files),
    shell: freeze(async (command, options) => await call("shell", join(options, { command }))),
    llm: freeze(llm),
    search: freeze(async (query, options) => await call("search", join(options, { query }))),
    github: freeze(async (action, options) => await call("github", join(options, { action }))),
    email: freeze(email),
  };
}
