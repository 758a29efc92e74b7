#!/usr/bin/env bash
# Installs the Debian packages a task needs, when the machine is Debian and we may; otherwise says what is missing.
# Usage: scripts/system.sh fonts | tests
set -u
need_fonts=(texlive-lang-chinese fonts-noto-cjk fonts-liberation fontconfig)
need_tests=(chromium postgresql libreoffice-writer-nogui libreoffice-calc-nogui poppler-utils)
case "${1:-}" in
  fonts) wanted=("${need_fonts[@]}") ;;
  tests) wanted=("${need_fonts[@]}" "${need_tests[@]}") ;;
  *) echo "usage: $0 fonts|tests" >&2; exit 2 ;;
esac
if ! command -v dpkg-query >/dev/null; then
  echo "note: not a Debian machine; please provide: ${wanted[*]}" >&2
  exit 0
fi
missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "note: missing Debian packages: ${missing[*]}  (as root: apt-get install ${missing[*]})" >&2
  exit 0
fi
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 5 "$log" >&2
  echo "note: could not install ${missing[*]}; what needs them will be skipped by name" >&2
fi
rm -f "$log"
