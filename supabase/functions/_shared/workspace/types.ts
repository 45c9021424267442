/** A type that is kept, and the extensions that may name it. The first says it best. */
interface Kept {
  type: string;
  names: readonly string[];
}

/** What binary content may be, by what `file-type` calls it. Nothing that a system would execute. */
export const BINARY: Readonly<Record<string, Kept>> = {
  png: { type: "image/png", names: ["png"] },
  apng: { type: "image/apng", names: ["apng", "png"] },
  jpg: { type: "image/jpeg", names: ["jpg", "jpeg", "jfif"] },
  gif: { type: "image/gif", names: ["gif"] },
  webp: { type: "image/webp", names: ["webp"] },
  avif: { type: "image/avif", names: ["avif"] },
  heic: { type: "image/heic", names: ["heic", "heif"] },
  bmp: { type: "image/bmp", names: ["bmp"] },
  tif: { type: "image/tiff", names: ["tif", "tiff"] },
  ico: { type: "image/x-icon", names: ["ico"] },
  mp3: { type: "audio/mpeg", names: ["mp3"] },
  wav: { type: "audio/wav", names: ["wav"] },
  ogg: { type: "audio/ogg", names: ["ogg", "oga"] },
  oga: { type: "audio/ogg", names: ["oga", "ogg"] },
  opus: { type: "audio/ogg", names: ["opus", "ogg"] },
  flac: { type: "audio/flac", names: ["flac"] },
  m4a: { type: "audio/mp4", names: ["m4a", "mp4"] },
  aac: { type: "audio/aac", names: ["aac"] },
  mp4: { type: "video/mp4", names: ["mp4", "m4v"] },
  m4v: { type: "video/mp4", names: ["m4v", "mp4"] },
  webm: { type: "video/webm", names: ["webm"] },
  mov: { type: "video/quicktime", names: ["mov"] },
  pdf: { type: "application/pdf", names: ["pdf"] },
  rtf: { type: "application/rtf", names: ["rtf"] },
  docx: {
    type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    names: ["docx"],
  },
  xlsx: {
    type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    names: ["xlsx"],
  },
  pptx: {
    type: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    names: ["pptx"],
  },
  odt: { type: "application/vnd.oasis.opendocument.text", names: ["odt"] },
  ods: { type: "application/vnd.oasis.opendocument.spreadsheet", names: ["ods"] },
  odp: { type: "application/vnd.oasis.opendocument.presentation", names: ["odp"] },
  epub: { type: "application/epub+zip", names: ["epub"] },
  zip: { type: "application/zip", names: ["zip"] },
  gz: { type: "application/gzip", names: ["gz", "tgz"] },
  "tar.gz": { type: "application/gzip", names: ["gz", "tgz"] },
  tar: { type: "application/x-tar", names: ["tar"] },
  bz2: { type: "application/x-bzip2", names: ["bz2"] },
  xz: { type: "application/x-xz", names: ["xz"] },
  zst: { type: "application/zstd", names: ["zst"] },
  parquet: { type: "application/vnd.apache.parquet", names: ["parquet"] },
  arrow: { type: "application/vnd.apache.arrow.file", names: ["arrow"] },
  avro: { type: "application/avro", names: ["avro"] },
  sqlite: { type: "application/vnd.sqlite3", names: ["sqlite", "sqlite3", "db"] },
  woff: { type: "font/woff", names: ["woff"] },
  woff2: { type: "font/woff2", names: ["woff2"] },
  ttf: { type: "font/ttf", names: ["ttf"] },
  otf: { type: "font/otf", names: ["otf"] },
};

/** Formats that are readable text and yet no plain one: these count even in text. */
export const TEXTUAL: readonly string[] = ["pdf", "rtf"];

/** What text is, by its extension; it is `text/plain` under every other. */
export const TEXT: Readonly<Record<string, string>> = {
  json: "application/json",
  jsonl: "application/x-ndjson",
  ndjson: "application/x-ndjson",
  csv: "text/csv",
  tsv: "text/tab-separated-values",
  md: "text/markdown",
  html: "text/html",
  htm: "text/html",
  css: "text/css",
  js: "text/javascript",
  mjs: "text/javascript",
  xml: "application/xml",
  svg: "image/svg+xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  toml: "application/toml",
  ics: "text/calendar",
  vcf: "text/vcard",
  vtt: "text/vtt",
};

/**
 * Names under which nothing is kept: what a double click runs or installs on some system, and what
 * nobody reads. Sources (`.js`, `.py`, `.sh`) are not among them, though some systems run these too.
 */
export const REFUSED_NAMES: ReadonlySet<string> = new Set([
  ...["exe", "dll", "com", "scr", "pif", "msi", "msp", "msix", "appx", "cpl", "sys", "drv", "ocx"],
  ...["bat", "cmd", "ps1", "psm1", "psd1", "vbs", "vbe", "jse", "ws", "wsf", "wsh", "hta", "reg"],
  ...["lnk", "url", "scf", "inf", "jar", "jnlp", "class", "apk", "ipa", "crx", "xpi", "dmg", "pkg"],
  ...["deb", "rpm", "iso", "img", "vhd", "vhdx", "chm", "hlp", "gadget", "application", "elf"],
  ...["so", "dylib", "wasm", "swf", "desktop", "docm", "dotm", "xlsm", "xltm", "xlam", "pptm"],
  ...["potm", "ppsm", "ppam", "sldm", "one", "library-ms", "settingcontent-ms", "webloc"],
  ...["command", "terminal", "workflow", "inetloc", "fileloc", "afploc", "ftploc", "mailloc"],
  ...["scpt", "scptd", "applescript", "msc", "sct", "wsc", "vb", "vbscript"],
  ...["ps1xml", "pssc", "psc1", "cdxml", "xll", "xla", "wll", "iqy", "oqy", "dqy", "slk", "udl"],
  ...["rdp", "theme", "themepack", "website", "search-ms", "searchconnector-ms", "appref-ms"],
  ...["appinstaller", "msixbundle", "appxbundle", "mst", "diagcab", "ade", "mde"],
  ...["pyw", "pyz", "pyzw", "appimage", "flatpakref", "xbap", "shb", "shs"],
]);

/** Types that a browser would run code in: they are sent as plain text. */
export const ACTIVE: readonly string[] = [
  "text/html",
  "image/svg+xml",
  "application/xml",
  "text/javascript",
];

/** Every type that a file can be served as. */
export const SERVED_TYPES: readonly string[] = [
  ...new Set([
    "text/plain",
    ...Object.values(TEXT).filter((type) => !ACTIVE.includes(type)),
    ...Object.values(BINARY).map(({ type }) => type),
  ]),
].sort();
