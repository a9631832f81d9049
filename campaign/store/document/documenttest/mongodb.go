package documenttest

import (
	"net/url"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// MongoDB returns the address of a database of the test's own on the server that GLASNIK_TEST_MONGODB_URI names; the test
// drops it. Without a server the test is skipped, and where everything must be tested (CI=true) it fails.
func MongoDB(t *testing.T) string {
	t.Helper()
	address := os.Getenv("GLASNIK_TEST_MONGODB_URI")
	if address == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("GLASNIK_TEST_MONGODB_URI is not set")
		}
		t.Skip("GLASNIK_TEST_MONGODB_URI names no MongoDB server")
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal("GLASNIK_TEST_MONGODB_URI is no address")
	}
	u.Path = "/glasnik_test_" + campaign.NewID(time.Now())
	return u.String()
}

// IsFerretDB1 reads the answer to buildInfo: whether the server is FerretDB 1, which scans every collection and does not change
// documents atomically, so that no race can be tried on it. It gives its version, when it knows that, beside MongoDB's; later ones
// give it in a document of their own.
func IsFerretDB1(build map[string]any) bool {
	version, is := build["ferretdbVersion"].(string)
	return is && !regexp.MustCompile(`^v?([2-9]|[1-9][0-9]+)\.`).MatchString(version)
}
