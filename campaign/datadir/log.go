package datadir

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Log keeps opens and clicks from when they are answered until the store has them. Each is a line that is handed to the operating
// system before the reader is answered, so that a killed process loses none. The lines stand in segments, files that are removed as
// a whole once all of theirs are in the store. A process locks what it writes; what a killed one left, another on the folder takes
// over.
type Log struct {
	folder, id string
	logger     *slog.Logger
	unlock     func()
	added      chan struct{} // holds one where something was added since the last look

	mu      sync.Mutex
	file    *os.File // the segment that is written; nil before its first line
	size    int64    // of it
	number  int      // of the next segment
	waiting int64    // bytes that are not in the store yet
	lines   int64    // ever added

	came int64 // lines within gatherFor, lately; only Run looks at it
}

const (
	logFolder = "hits"
	lockEnd   = ".lock"

	maxWaiting = 1 << 30 // bytes: some three million hits
	maxLine    = 4096

	linesAtOnce = 10_000                 // three megabytes; who comes again and again is judged once
	fewAtOnce   = 500                    // while readers come fast, who wait for as long as these are stored
	gatherFor   = 100 * time.Millisecond // lines that come within it are stored together
	manyAtOnce  = 50                     // lines within it say that readers come fast
	restFor     = 10                     // of these at once: the same line comes once a second at most
	leaves      = 10                     // so many within it leave storing half of the time, ten times as many a tenth
	lookEvery   = time.Minute            // for what killed processes left
	lastEffort  = 5 * time.Second        // to store what there is when the program stops
	retryAfter  = 2 * time.Second
)

// ErrLogFull is the error of Append while too much waits for the store.
var ErrLogFull = errors.New("the log of opens and clicks is full: the store does not take them")

// OpenLog opens the log of this process in the data folder.
func OpenLog(dataDir string, logger *slog.Logger) (*Log, error) {
	l := &Log{folder: filepath.Join(dataDir, logFolder), id: rand.Text()[:12], logger: logger, added: make(chan struct{}, 1)}
	if err := Prepare(l.folder); err != nil {
		return nil, err
	}
	var err error
	if l.unlock, err = Lock(filepath.Join(l.folder, l.id+lockEnd)); err != nil {
		return nil, fmt.Errorf("lock the log of opens and clicks: %w", err)
	}
	return l, nil
}

// Append adds a line, which holds no line break but the one at its end. When it returns nil, killing the process does not lose the line.
func (l *Log) Append(line []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting > maxWaiting {
		return ErrLogFull
	}
	if l.file == nil {
		f, err := os.OpenFile(filepath.Join(l.folder, fmt.Sprintf("%s.%09d", l.id, l.number)), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		l.file, l.size, l.number = f, 0, l.number+1
	}
	if n, err := l.file.Write(line); err != nil {
		if n > 0 && l.file.Truncate(l.size) != nil {
			l.end() // a line that is cut is passed over where a segment ends
		}
		return err
	}
	l.size += int64(len(line))
	l.waiting += int64(len(line))
	l.lines++
	select {
	case l.added <- struct{}{}:
	default:
	}
	return nil
}

// end ends the segment that is written; the caller holds the mutex.
func (l *Log) end() {
	if l.file != nil {
		l.file.Close()
		l.file = nil
	}
}

// Run hands lines to store until ctx ends, and then those that are left. A line may be handed over twice, after a crash. Where the
// store fails, they are handed over again later.
func (l *Log) Run(ctx context.Context, store func(ctx context.Context, lines [][]byte) error) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	l.takeOver(ctx, store)
	for {
		select {
		case <-l.added:
			l.gather(ctx, 1)
		case <-look.C:
			l.takeOver(ctx, store)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastEffort)
			l.storeAll(last, l.id, store)
			cancel()
			return
		}
		l.storeAll(ctx, l.id, store)
	}
}

// Close ends the log. What is left in it, the next process on the folder takes over.
func (l *Log) Close() {
	l.mu.Lock()
	l.end()
	l.mu.Unlock()
	if len(l.segments(l.id)) == 0 {
		_ = os.Remove(filepath.Join(l.folder, l.id+lockEnd))
	}
	l.unlock()
}

// takeOver stores what processes left that were killed.
func (l *Log) takeOver(ctx context.Context, store func(context.Context, [][]byte) error) {
	entries, _ := os.ReadDir(l.folder) // one that cannot be read cannot be written either, which Append says
	for _, e := range entries {
		id, end, _ := strings.Cut(e.Name(), ".")
		if id == l.id || "."+end == lockEnd {
			continue // whose log is empty may not have locked it yet
		}
		lock := filepath.Join(l.folder, id+lockEnd)
		unlock, err := Lock(lock)
		if err != nil {
			continue
		}
		if l.storeAll(ctx, id, store); len(l.segments(id)) == 0 {
			_ = os.Remove(lock)
		}
		unlock()
	}
}

// segments returns the paths of a process's segments, oldest first.
func (l *Log) segments(id string) []string {
	paths, _ := filepath.Glob(filepath.Join(l.folder, id+".[0-9]*"))
	slices.Sort(paths)
	return paths
}

// storeAll stores the segments that are there, and removes each that is stored.
func (l *Log) storeAll(ctx context.Context, id string, store func(context.Context, [][]byte) error) {
	if id == l.id {
		l.mu.Lock()
		l.end()
		l.mu.Unlock()
	}
	for _, path := range l.segments(id) {
		size, err := l.storeSegment(ctx, path, store)
		if ctx.Err() != nil && err != nil {
			return
		}
		if err == nil {
			err = os.Remove(path)
		}
		if err != nil {
			l.logger.Error("a log of opens and clicks could not be read to its end and removed", "error", err)
			continue
		}
		if id == l.id {
			l.mu.Lock()
			l.waiting -= size
			l.mu.Unlock()
		}
	}
}

// storeSegment stores the lines of a segment, and returns how long they are together.
func (l *Log) storeSegment(ctx context.Context, path string, store func(context.Context, [][]byte) error) (size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, maxLine)
	for {
		most := linesAtOnce
		if l.came > manyAtOnce {
			most = fewAtOnce
		}
		var lines [][]byte
		for len(lines) < most && err == nil {
			var line []byte
			line, err = in.ReadSlice('\n')
			size += int64(len(line))
			switch {
			case err == nil:
				lines = append(lines, bytes.Clone(line))
			case errors.Is(err, bufio.ErrBufferFull): // nothing we wrote
				err = nil
			}
		}
		if err != nil && err != io.EOF {
			return size, err
		}
		if len(lines) > 0 {
			if err := l.storeLines(ctx, lines, store); err != nil {
				return size, err
			}
		}
		if err == io.EOF {
			return size, nil
		}
	}
}

// storeLines stores some lines as soon as the store takes them. While readers come fast it then leaves them the machine, the longer
// the more of them there are: what is written down can wait.
func (l *Log) storeLines(ctx context.Context, lines [][]byte, store func(context.Context, [][]byte) error) error {
	begun, before := time.Now(), l.count()
	for failed := 0; ; failed++ {
		err := store(ctx, lines)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return err
		}
		if failed == 0 {
			l.logger.Warn("opens and clicks wait to be stored", "error", err)
		}
		if pause(ctx, retryAfter); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	took := time.Since(begun)
	l.came = max(l.came, l.count()-before)
	for l.came > manyAtOnce && took > 0 && ctx.Err() == nil {
		l.gather(ctx, restFor)
		took -= restFor * gatherFor * leaves / time.Duration(max(l.came, 1))
	}
	return nil
}

// gather waits so many times gatherFor for more lines.
func (l *Log) gather(ctx context.Context, times int64) {
	before := l.count()
	pause(ctx, time.Duration(times)*gatherFor)
	l.came = (l.count() - before) / times
}

func (l *Log) count() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
