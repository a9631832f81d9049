package sqlite_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

func placesOf(t *testing.T, path string) []string {
	t.Helper()
	ctx := context.Background()
	e, err := sqlite.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	places, err := e.Identity(ctx, nil)
	if err != nil || len(places) == 0 {
		t.Fatalf("%v, %v", places, err)
	}
	return places
}

func shared(a, b []string) bool {
	return slices.ContainsFunc(a, func(place string) bool { return slices.Contains(b, place) })
}

func TestPlaceOfACopy(t *testing.T) {
	dir := t.TempDir()
	here := filepath.Join(dir, "here", "glasnik.db")
	there := filepath.Join(dir, "there", "glasnik.db")
	for _, path := range []string{here, there} {
		if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	first := placesOf(t, here)
	if again := placesOf(t, here); !slices.Equal(first, again) {
		t.Errorf("%v, then %v", first, again)
	}
	data, err := os.ReadFile(here)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(there, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if copied := placesOf(t, there); shared(first, copied) {
		t.Errorf("a copy is in the same place: %v and %v", first, copied)
	}
	if len(first) == 1 {
		return // this file system does not say when a file came into being
	}
	moved := filepath.Join(dir, "moved")
	if err := os.Rename(filepath.Dir(here), moved); err != nil {
		t.Fatal(err)
	}
	if now := placesOf(t, filepath.Join(moved, "glasnik.db")); !shared(first, now) {
		t.Errorf("a moved folder is in another place: %v and %v", first, now)
	}
}
