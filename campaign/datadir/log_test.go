package datadir

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// taken are the lines that a store took, which may be told to fail.
type taken struct {
	mu    sync.Mutex
	lines []string
	fails int
}

func (s *taken) store(_ context.Context, lines [][]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails > 0 {
		s.fails--
		return errors.New("no store")
	}
	for _, line := range lines {
		s.lines = append(s.lines, string(line))
	}
	return nil
}

func openLog(t *testing.T, dir string) *Log {
	t.Helper()
	l, err := OpenLog(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// runOnce runs a log until nothing is left to do, and closes it.
func runOnce(t *testing.T, l *Log, s *taken) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l.added = make(chan struct{}, 1) // of the bubble
		l.added <- struct{}{}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			l.Run(ctx, s.store)
			close(done)
		}()
		cancel()
		<-done
	})
	l.Close()
}

func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, logFolder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestLogIsStoredAndRemoved(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), &taken{}
	l := openLog(t, dir)
	var want []string
	for i := range 3 * linesAtOnce {
		line := strings.Repeat("x", i%50) + "\n"
		want = append(want, line)
		if err := l.Append([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	runOnce(t, l, s)
	if !slices.Equal(s.lines, want) {
		t.Errorf("%d lines of %d were stored", len(s.lines), len(want))
	}
	if left := filesIn(t, dir); len(left) > 0 || l.waiting != 0 {
		t.Errorf("left: %v, %d bytes", left, l.waiting)
	}
}

// What a killed process left is stored by the next one, up to the line that was cut; a living one's is left alone.
func TestLogOfAKilledProcessIsTakenOver(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), &taken{}
	killed, living := openLog(t, dir), openLog(t, dir)
	for _, l := range []*Log{killed, living} {
		for _, line := range []string{"one\n", "two\n"} {
			if err := l.Append([]byte(line)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := killed.file.WriteString("thr"); err != nil {
		t.Fatal(err)
	}
	killed.end()
	killed.unlock() // as the operating system does
	runOnce(t, openLog(t, dir), s)
	if !slices.Equal(s.lines, []string{"one\n", "two\n"}) {
		t.Errorf("stored %q", s.lines)
	}
	runOnce(t, living, s)
	if left := filesIn(t, dir); len(s.lines) != 4 || len(left) > 0 {
		t.Errorf("stored %q, left %v", s.lines, left)
	}
}

func TestLogWaitsForTheStore(t *testing.T) {
	t.Parallel()
	dir, s := t.TempDir(), &taken{fails: 2}
	l := openLog(t, dir)
	if err := l.Append([]byte("one\n")); err != nil {
		t.Fatal(err)
	}
	runOnce(t, l, s)
	if len(s.lines) != 1 {
		t.Errorf("stored %q", s.lines)
	}

	s.fails = 1000
	l = openLog(t, dir)
	if err := l.Append([]byte("two\n")); err != nil {
		t.Fatal(err)
	}
	runOnce(t, l, s)
	s.fails = 0
	if runOnce(t, openLog(t, dir), s); !slices.Equal(s.lines, []string{"one\n", "two\n"}) {
		t.Errorf("stored %q", s.lines)
	}
}

func TestLogThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openLog(t, dir)
	l.waiting = maxWaiting + 1
	if err := l.Append([]byte("one\n")); !errors.Is(err, ErrLogFull) {
		t.Errorf("full: %v", err)
	}
	l.waiting = 0
	if err := os.RemoveAll(filepath.Join(dir, logFolder)); err != nil {
		t.Fatal(err)
	}
	if err := l.Append([]byte("one\n")); err == nil {
		t.Error("a line was kept without a folder")
	}
	l.Close()

	// A line that does not fit as a whole leaves nothing of it behind.
	l = openLog(t, dir)
	if err := l.Append([]byte("one\n")); err != nil {
		t.Fatal(err)
	}
	path := l.file.Name()
	l.file.Close()
	if err := l.Append([]byte("two\n")); err == nil {
		t.Error("a line was kept in a closed file")
	}
	if data, err := os.ReadFile(path); err != nil || !bytes.Equal(data, []byte("one\n")) {
		t.Errorf("the segment holds %q, %v", data, err)
	}
	l.unlock()
}

// While many lines come, few are stored at once and seldom; all are once it is quiet.
func TestLogLeavesTheMachineToReaders(t *testing.T) {
	t.Parallel()
	l := openLog(t, t.TempDir())
	const came = 100_000
	synctest.Test(t, func(t *testing.T) {
		l.added = make(chan struct{}, 1) // of the bubble
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		var stored []int
		done := make(chan struct{})
		go func() {
			l.Run(ctx, func(_ context.Context, lines [][]byte) error {
				time.Sleep(50 * time.Millisecond)
				mu.Lock()
				defer mu.Unlock()
				stored = append(stored, len(lines))
				return nil
			})
			close(done)
		}()
		for range 1000 { // ten seconds
			for range came / 1000 {
				if err := l.Append([]byte("line\n")); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(10 * time.Millisecond)
		}
		mu.Lock()
		inFlood := len(stored)
		if inFlood == 0 || inFlood > 3 || slices.Max(stored) > fewAtOnce {
			t.Errorf("while readers came, it stored %v", stored)
		}
		mu.Unlock()
		time.Sleep(time.Minute)
		cancel()
		<-done
		sum := 0
		for _, n := range stored {
			sum += n
		}
		if sum != came || len(stored) > inFlood+30 {
			t.Errorf("stored %d of %d lines, in %v", sum, came, stored)
		}
	})
	l.Close()
}
