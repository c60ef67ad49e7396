#!/bin/sh
# make-root.sh <folder>: the file system of an image, without what belongs to the app: Node, the C and C++ libraries it is linked to,
# and busybox as shell. Run in the base image while an image is built. What is not here need not be carried, nor patched.
set -eu
root=$1
packages="libc6 libgcc-s1 libstdc++6 base-files busybox-static"
apt-get update -qq && apt-get install -qq -y --no-install-recommends binutils busybox-static >/dev/null

mkdir -p "$root/usr/bin" "$root/usr/local/bin" "$root/etc" "$root/var/lib/dpkg" "$root/home/node" "$root/tmp" "$root/root" "$root/run" "$root/proc" "$root/sys" "$root/dev"
chmod 1777 "$root/tmp"
chown 1000:1000 "$root/home/node"
# /lib, /lib64 and so on are links into /usr.
for link in /bin /sbin /lib*; do
  if [ -L "$link" ]; then mkdir -p "$root/$(readlink "$link" | sed 's,^/,,')" && cp -P "$link" "$root$link"; fi
done

# Their libraries, but not the tables that convert character sets, which Node has of its own; and their licences.
for package in $packages; do
  dpkg -L "$package" | { grep -E '/lib[^/]*[.]so([.0-9]*)$|/ld-linux[^/]*$|^/etc/(debian_version|os-release)$|^/usr/lib/os-release$|/copyright$' || true; } \
    | { grep -v /gconv/ || true; }
done | while read -r path; do if [ -e "$path" ]; then cp -P --parents "$path" "$root"; fi; done
for name in passwd group nsswitch.conf; do if [ -e "/etc/$name" ]; then cp -r "/etc/$name" "$root/etc/"; fi; done
# For programs that look up known vulnerabilities of packages.
dpkg-query --status $packages >"$root/var/lib/dpkg/status"

strip -o "$root/usr/local/bin/node" /usr/local/bin/node
if [ -f /usr/local/LICENSE ]; then cp /usr/local/LICENSE "$root/usr/local/"; fi
cp /bin/busybox "$root/usr/bin/busybox"
# Without chroot, which not every builder allows; the dynamic linker looks into these folders without a cache too.
for applet in $("$root/usr/bin/busybox" --list); do [ -e "$root/usr/bin/$applet" ] || ln -s busybox "$root/usr/bin/$applet"; done
# What was stripped still runs.
"$root/usr/local/bin/node" -p process.version
