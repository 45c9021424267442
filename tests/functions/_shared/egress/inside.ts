/** Ways of writing this machine in a URL. */
export const LOOPBACKS: readonly string[] = [
  ...["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0"],
  ...["①②⑦.⓪.⓪.①", "127。0。0。1", "%31%32%37.0.0.1", "127.0.0.1.", "localhost", "LOCALHOST."],
  ...["[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"],
  ...["[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[0:0:0:0:0:ffff:127.0.0.1]"],
];

/** Addresses inside, to which a public name can lead. */
export const INTERNAL: readonly string[] = [
  ...["10.0.0.5", "192.168.1.1", "100.64.0.1", "169.254.169.254", "fd00:ec2::254"],
  ...["64:ff9b::a9fe:a9fe", "2002:7f00:1::", "::127.0.0.1"],
];

/** Where a redirect may not lead, each with what the way out says to it, whatever the rules. */
export const REDIRECTS: readonly (readonly [to: string, code: string])[] = [
  ["http://169.254.169.254/latest/meta-data/", "redirect_denied"],
  ["https://169.254.169.254/latest/meta-data/", "address_denied"],
  ["https://[::1]/", "address_denied"],
  ["https://inside.example.com/", "address_denied"],
  ["//inside.example.com/", "address_denied"],
  ["http://other.example.org/", "redirect_denied"],
  ["https://user:pass@other.example.org/", "redirect_denied"],
  ["file:///etc/passwd", "redirect_denied"],
  ["data:text/plain,x", "redirect_denied"],
  ["https:\\\\inside.example.com/", "address_denied"],
  ["https://", "redirect_denied"],
  ["http://searxng:8080/", "redirect_denied"],
  ["https://searxng.example.com/", "redirect_denied"],
  ["/", "redirect_denied"],
];
