#!/usr/bin/env bash
# The test run: everything on SQLite, then the floors that touch the database again on PostgreSQL.
# Usage: scripts/test.sh [quick|all]     quick: `make test` · all: also scale and Spark, and the whole suite on PostgreSQL
set -u
cd "$(dirname "$0")/.."
kind=${1:-quick}
python=.venv/bin/python
export WORKRELIEF_MODE=test DATA_DIR="${TEST_DATA_DIR:-$PWD/var/test}"
export PATH="$PWD/.venv/bin:$PATH"
rm -rf "$DATA_DIR"; mkdir -p "$DATA_DIR"
env -u DATA_DIR $python -m workrelief.faces.web.static_pipeline || exit 1
ln -s "$PWD/var/assets" "$DATA_DIR/assets"
status=0
marks="not scale and not spark"; [ "$kind" = all ] && marks="not spark"
# Files in the order of their folders: whole scenarios do not come last, where one process would wait for the other.
run=(-n 2 --dist loadscope --no-loadscope-reorder -q --durations=12)
echo "== SQLite"
$python -m pytest "${run[@]}" -m "$marks" tests || status=1
echo "== PostgreSQL"
if scripts/postgres.sh start; then
  trap 'scripts/postgres.sh stop' EXIT
  export DATABASE_URL; DATABASE_URL=$(scripts/postgres.sh url)
  paths="tests/base tests/figures tests/work tests/outputs/bulletins"; [ "$kind" = all ] && paths=tests
  $python -m pytest "${run[@]}" -m "$marks and not browser and not sqlite" $paths || status=1
  unset DATABASE_URL
elif [ "${CI:-}" = true ]; then
  echo "PostgreSQL is required in CI" >&2; status=1
else
  echo "skipped: PostgreSQL tests (PostgreSQL is not installed and could not be installed)"
fi
if [ "$kind" = all ]; then
  echo "== Spark"
  $python -m pytest -q -m spark tests || status=1
fi
exit $status
