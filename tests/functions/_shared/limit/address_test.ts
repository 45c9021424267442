import assert from "@std/assert";
import { addressOf, normalAddress } from "../../../../supabase/functions/_shared/limit/address.ts";

const of = (value: string, name = "cf-connecting-ip") =>
  addressOf(new Headers({ [name]: value }), "cf-connecting-ip");

Deno.test("addressOf believes the configured header and no other", () => {
  const headers = new Headers({
    "x-forwarded-for": "192.0.2.1",
    "x-real-ip": "192.0.2.2",
    "forwarded": "for=192.0.2.3",
    "true-client-ip": "192.0.2.4",
    "x-client-ip": "192.0.2.5",
    "cf-connecting-ip": "198.51.100.7",
  });
  assert.equal(addressOf(headers, "cf-connecting-ip"), "198.51.100.7");
  headers.delete("cf-connecting-ip");
  assert.equal(addressOf(headers, "cf-connecting-ip"), "unknown");
  assert.equal(addressOf(headers, undefined), undefined);
});

Deno.test("addressOf keeps the network of 64 bits of an IPv6 address, however it is spelled", () => {
  const network = "2001:db8:1:2::/64";
  for (
    const address of [
      "2001:db8:1:2::1",
      "2001:DB8:1:2:ffff:ffff:ffff:ffff",
      "2001:0db8:0001:0002:0000:0000:0000:0001",
      " 2001:db8:1:2:: ",
      "2001:db8:1:2::192.0.2.1",
    ]
  ) assert.equal(of(address), network, address);
  assert.notEqual(of("2001:db8:1:3::1"), network);
  assert.equal(of("::1"), "0:0:0:0::/64");
  assert.equal(of("fe80::"), "fe80:0:0:0::/64");
  assert.equal(of("1:2:3:4:5:6:7:8"), "1:2:3:4::/64");
});

Deno.test("addressOf takes an IPv4 address in the clothes of IPv6 for what it is", () => {
  for (const address of ["::ffff:198.51.100.7", "::FFFF:c633:6407", "0:0:0:0:0:ffff:c633:6407"]) {
    assert.equal(of(address), "198.51.100.7", address);
  }
  // Only ::ffff:0:0/96 is: these are networks of their own.
  assert.equal(of("::198.51.100.7"), "0:0:0:0::/64");
  assert.equal(of("1::ffff:198.51.100.7"), "1:0:0:0::/64");
});

Deno.test("addressOf cannot be made to count under a name that is no address", () => {
  const odd = [
    "",
    "unknown",
    "198.51.100.7, 192.0.2.1",
    "198.51.100.7:443",
    "198.51.100.256",
    "198.51.100",
    "198.51.100.7.8",
    "0198.51.100.7",
    "198.051.100.7",
    "0xc6.51.100.7",
    "3325256711",
    "[2001:db8::1]",
    "2001:db8::1%eth0",
    "2001:db8::1::2",
    "2001:db8:1:2:3:4:5:6:7",
    "2001:db8::12345",
    ":",
    ":::",
    "::ffff:198.51.100.256",
    "2001:db8::/32",
    "2001:db8::/64/64",
    "a".repeat(10_000),
    ":".repeat(45),
    "::1]@example.test:80/[",
    "localhost",
    "198.51.100.7'--",
  ];
  for (const text of odd) assert.equal(of(text), "unknown", text.slice(0, 40));
});

Deno.test("normalAddress knows its own spelling", () => {
  for (const address of ["198.51.100.7", "2001:db8:1:2::/64", "0:0:0:0::/64", "1:2:3:4::/64"]) {
    assert.equal(normalAddress(address), address);
  }
});
