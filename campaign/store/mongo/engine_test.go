package mongo

import (
	"context"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestDatabaseName(t *testing.T) {
	for uri, want := range map[string]string{
		"mongodb://h":      "glasnik",
		"mongodb://h/":     "glasnik",
		"mongodb://h/news": "news",
		"mongodb://u:p%2F%40@a:1,b:2/news?replicaSet=r": "news",
		"mongodb+srv://u:p@h/?x=a/b@c":                  "glasnik",
		"mongodb://%2Ftmp%2Fm.sock/press%20office":      "press office",
	} {
		if got, err := databaseName(uri); err != nil || got != want {
			t.Errorf("%s: %q, %v", uri, got, err)
		}
	}
}

// TestAddressErrors checks that a wrong address is explained and no part of a password printed.
func TestAddressErrors(t *testing.T) {
	for _, uri := range []string{
		"", "mongo://h", "mongodb://", "mongodb://glasnik:sesame/open@h/news", "mongodb://glasnik:sesame:open@h", "mongodb://glasnik:sesame%zz@h",
		"mongodb://glasnik:sesame@h:port/news", "mongodb://h/?authMechanism=sesame", "mongodb://glasnik:ses@me@h/%zzsesame",
	} {
		e, err := Open(context.Background(), uri)
		if err == nil {
			e.Close(context.Background())
			t.Fatalf("%s was opened", uri)
		}
		if campaign.CodeOf(err) != campaign.Invalid || strings.Contains(err.Error(), "sesame") || strings.Contains(err.Error(), "me@") {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	_, err := Open(context.Background(), "mongodb://glasnik:sesame@127.0.0.1:1/?serverSelectionTimeoutMS=200")
	if err == nil || strings.Contains(err.Error(), "sesame") || !strings.Contains(err.Error(), "see that it runs") {
		t.Fatal(err)
	}
}
