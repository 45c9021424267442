import assert from "@std/assert";
import { isPublicAddress } from "../../../../supabase/functions/_shared/egress/address.ts";

/** One of each block of IANA's special-purpose registries, and what clouds hide in public ones. */
const INTERNAL = [
  "0.0.0.0",
  "0.1.2.3",
  "10.0.0.1",
  "10.255.255.255",
  "100.64.0.1",
  "100.100.100.200",
  "100.127.255.255",
  "127.0.0.1",
  "127.255.255.254",
  "168.63.129.16",
  "169.254.0.1",
  "169.254.169.254",
  "169.254.170.2",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.1",
  "192.0.0.192",
  "192.0.2.1",
  "192.31.196.1",
  "192.52.193.1",
  "192.88.99.1",
  "192.168.0.1",
  "192.175.48.1",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::8.8.8.8",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "::ffff:10.0.0.1",
  "::ffff:8.8.8.8",
  "::ffff:0:127.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b::8.8.8.8",
  "64:ff9b:1::a00:1",
  "100::1",
  "2001::1",
  "2001:0:4136:e378:8000:63bf:3fff:fdd2",
  "2001:2::1",
  "2001:10::1",
  "2001:20::1",
  "2001:db8::1",
  "2002:7f00:1::",
  "2002:808:808::1",
  "2620:4f:8000::1",
  "3fff::1",
  "4000::1",
  "5f00::1",
  "2a00:1450:4001:801:0:5efe:7f00:1",
  "2a00:1450:4001:801:200:5efe:7f00:1",
  "fc00::1",
  "fd00:ec2::254",
  "fd12:3456:789a::1",
  "fe80::1",
  "fe80::1%eth0",
  "2606:4700::1111%eth0",
  "febf::1",
  "fec0::1",
  "ff02::1",
];

const NO_ADDRESS = [
  "",
  "localhost",
  "2130706433",
  "0x7f.0.0.1",
  "127.1",
  "0177.0.0.1",
  "8.8.8",
  "x",
];

const PUBLIC = [
  "1.1.1.1",
  "8.8.8.8",
  "93.184.216.34",
  "100.63.255.255",
  "100.128.0.1",
  "172.15.255.255",
  "172.32.0.1",
  "223.255.255.255",
  "2001:4860:4860::8888",
  "2606:4700:4700::1111",
  "2a00:1450:4001:801::200e",
];

Deno.test("isPublicAddress is false for every special-purpose block, whatever holds the address", () => {
  for (const address of INTERNAL) assert.equal(isPublicAddress(address), false, address);
});

Deno.test("isPublicAddress knows only the one way of writing an address", () => {
  for (const text of NO_ADDRESS) assert.equal(isPublicAddress(text), false, text);
});

Deno.test("isPublicAddress is true for hosts of the Internet", () => {
  for (const address of PUBLIC) assert.equal(isPublicAddress(address), true, address);
});
