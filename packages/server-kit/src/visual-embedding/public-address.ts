import { BlockList, isIPv4 } from "node:net";

/**
 * Networks that are not the public internet: this machine, private and shared networks, link-local (clouds keep keys there),
 * documentation, multicast, reserved, and IPv6 forms that wrap an IPv4 address.
 * @source IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890)
 */
const specialNetworks = [
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24",
  "192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4",
  "::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8",
].flatMap((line) => line.split(" "));

// Two lists: one list takes every IPv4 address for its IPv6 form, which is not public.
const special = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const network of specialNetworks) {
  const [address = "", prefix = ""] = network.split("/");
  const family = toFamily(address);
  special[family].addSubnet(address, Number(prefix), family);
}

/** Whether an IP address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = toFamily(address);
  return !special[family].check(address, family);
}

function toFamily(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}
