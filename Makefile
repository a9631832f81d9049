# Everything here is a plain Go command; the names are for the hand.

.PHONY: build demo test race race-again bench bench-import cross clean

build:
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/glasnik ./cmd/glasnik

demo:
	go run ./cmd/glasnik demo

test:
	go vet ./...
	go test ./...

# SQLite (C, translated) and the hash of passwords are left uninstrumented: they share no memory of ours between goroutines,
# and with the detector in them the tests would take several times as long. Name no package with generic code here: one of
# its instances may be linked in the place of an instrumented one, and races are reported that are none.
UNINSTRUMENTED = -gcflags='modernc.org/...=-d=checkptr=0' -gcflags='modernc.org/sqlite/lib=-race=false -d=checkptr=0' \
	-gcflags='golang.org/x/crypto/argon2=-race=false' -gcflags='golang.org/x/crypto/blake2b=-race=false'

race:
	CGO_ENABLED=1 go test -race -timeout 50m $(UNINSTRUMENTED) ./...

# The same, and what failed among all the others is run again by itself, twice at most: a machine that was too busy for one moment
# is told from a fault. What it was stands in the report; many failures are not tried again.
race-again:
	CGO_ENABLED=1 go run gotest.tools/gotestsum@v1.13.0 --format pkgname-and-test-fails --rerun-fails=2 --rerun-fails-max-failures=8 \
		--rerun-fails-report $(REPORT) --packages ./... -- -race -timeout 50m $(UNINSTRUMENTED)

# How fast the program sends, as ratios to bare loops on the same machine: a table after a minute or two.
# BENCH_CONTACTS=100000 for longer runs; GLASNIK_TEST_MONGODB_URI for the row about a slow store.
bench:
	go test -run '^$$' -bench '^BenchmarkSend' -benchtime 1x ./cmd/glasnik

# A list of a million into SQLite, again, and beside it two bare loops of inserts: of the same file into a table with its
# seven columns and the address unique, and of the finished contacts into an empty table of contacts.
bench-import:
	go test ./cmd/glasnik -run '^$$' -bench Import -benchtime 1000000x

# The program builds for what small offices run, without a C compiler.
cross:
	for target in linux/amd64 linux/arm64 darwin/arm64 windows/amd64; do \
		GOOS=$${target%/*} GOARCH=$${target#*/} CGO_ENABLED=0 go build -o /dev/null ./cmd/glasnik || exit 1; \
	done

clean:
	rm -rf bin
