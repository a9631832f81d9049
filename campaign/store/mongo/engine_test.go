package mongo

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document/documenttest"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
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

// TestAddressOptions checks that whatever an address says, writes wait for the majority and reads go to the primary.
func TestAddressOptions(t *testing.T) {
	for options, journal := range map[string]bool{
		"": false, "?w=majority": false, "?journal=true": true, "?journal=false": false, "?w=majority&journal=true": true, "?w=majority&journal=false": false,
		"?wtimeoutMS=100": false, "?wtimeoutMS=100&journal=true": true, "?readPreference=secondary": false, "?readPreference=nearest&readConcernLevel=available": false,
		"?readConcernLevel=linearizable": false, "?replicaSet=r&retryWrites=false": false, "?timeoutMS=500": false,
	} {
		o, _, err := clientOptions("mongodb://h/news" + options)
		if err != nil {
			t.Errorf("%s: %v", options, err)
			continue
		}
		if c := o.WriteConcern; c.W != "majority" || (c.Journal != nil) != journal {
			t.Errorf("%s: writes wait for %+v", options, c)
		}
		if o.ReadPreference.Mode() != readpref.PrimaryMode || o.ReadConcern.Level != "local" {
			t.Errorf("%s: reads %s of %s", options, o.ReadConcern.Level, o.ReadPreference.Mode())
		}
	}
	for _, options := range []string{"?w=0", "?w=1", "?w=2", "?w=5&journal=true", "?w=nearby", "?w=1&readPreference=primary"} {
		if _, _, err := clientOptions("mongodb://u:sesame@h/news" + options); campaign.CodeOf(err) != campaign.Invalid ||
			!strings.Contains(err.Error(), "w=majority") || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%s: %v", options, err)
		}
	}
}

// TestFullSync writes through a connection that waits for the majority and its journals.
func TestFullSync(t *testing.T) {
	o := options.Client().SetWriteConcern(writeconcern.Majority())
	FullSync()(&settings{client: o})
	if c := o.WriteConcern; c.Journal == nil || !*c.Journal || c.W != writeconcern.Majority().W {
		t.Errorf("writes wait for %+v", c)
	}
	ctx := context.Background()
	e, err := Open(ctx, documenttest.MongoDB(t), FullSync())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(e.db.Drop(ctx), e.Close(ctx)); err != nil {
			t.Error(err)
		}
	}()
	if err := e.Ping(ctx); err != nil {
		t.Error(err)
	}
}
