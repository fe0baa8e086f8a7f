#!/usr/bin/env bash
# Makes what script/install-vendor finds at NVIDIA's and at Kubernetes', with programs that say
# their own name: a signed repository of Debian packages in FOLDER, which is served as URL.
#
#   vendor_repository.sh FOLDER URL
set -euo pipefail
folder=$1 url=$2
work=$(mktemp -d)
trap 'gpgconf --homedir "$work/gpg" --kill all; rm -rf "$work"' EXIT
mkdir -p "$folder"

# package NAME [FILE]: with one program at FILE.
package() {
  mkdir -p "$work/$1/DEBIAN"
  printf 'Package: %s\nVersion: 1\nArchitecture: all\nMaintainer: a\nDescription: a\n' "$1" \
    >"$work/$1/DEBIAN/control"
  if [[ $# -eq 2 ]]; then
    printf '#!/bin/sh\necho %s\n' "${2##*/}" | install -D --mode=755 /dev/stdin "$work/$1$2"
  fi
}

install -d --mode=700 "$work/gpg"
gpg=(gpg --homedir "$work/gpg" --batch --quiet --passphrase '')
"${gpg[@]}" --quick-generate-key vendor@localhost
"${gpg[@]}" --armor --export >"$folder/Release.key"

package cuda-keyring
install -D --mode=644 "$folder/Release.key" "$work/cuda-keyring/usr/share/keyrings/cuda.asc"
echo "deb [signed-by=/usr/share/keyrings/cuda.asc] $url /" |
  install -D --mode=644 /dev/stdin "$work/cuda-keyring/etc/apt/sources.list.d/cuda.list"
package cuda-nvcc-13-0 /usr/local/cuda-13.0/bin/nvcc
package cuda-cudart-dev-13-0
package kubectl /usr/bin/kubectl
for name in cuda-nvcc-13-0 cuda-cudart-dev-13-0 kubectl; do
  dpkg-deb --build "$work/$name" "$folder" >/dev/null
done
dpkg-deb --build "$work/cuda-keyring" "$folder/cuda-keyring_1.1-1_all.deb" >/dev/null
cd "$folder"
dpkg-scanpackages --multiversion . 2>/dev/null >Packages
{
  printf 'Suite: /\nDate: %s\nSHA256:\n' "$(date --utc --rfc-email)"
  printf ' %s %s Packages\n' "$(sha256sum Packages | cut -d' ' -f1)" "$(stat --format=%s Packages)"
} >Release
"${gpg[@]}" --clearsign --output InRelease Release
