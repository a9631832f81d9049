package mongo

import (
	"context"
	"errors"
	"fmt"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
)

// Server error codes (https://www.mongodb.com/docs/manual/reference/error-codes/).
const (
	codeUnauthorized         = 13
	codeAuthenticationFailed = 18
	codeNamespaceNotFound    = 26
	codeIndexNotFound        = 27
	codeNotImplemented       = 238
	codeOutOfDiskSpace       = 14031 // OutOfDiskSpace
)

// explainTaken is explain for writes that can find an id or unique field taken.
func explainTaken(c *document.Collection, doing string, err error) error {
	if isTaken(err) {
		return campaign.Errorf(campaign.Conflict, "there is such a record in %s already", c.Name)
	}
	return explain(doing, err)
}

// isTaken reports whether a write met a taken id or unique field; FerretDB says so of an update in words only.
func isTaken(err error) bool {
	var server driver.ServerError
	return driver.IsDuplicateKeyError(err) || errors.As(err, &server) && server.HasErrorMessage("UNIQUE constraint failed")
}

// explain wraps an error with what was being done and, where a person can mend it, how.
func explain(doing string, err error) error {
	switch {
	case err == nil || campaign.CodeOf(err) != "":
		return err
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w", doing, err)
	case hasCode(err, codeAuthenticationFailed):
		return fmt.Errorf("%s: MongoDB does not know this user or password: look at GLASNIK_STORE; the user's own database may have to be named by authSource: %w", doing, err)
	case hasCode(err, codeUnauthorized):
		return fmt.Errorf("%s: MongoDB does not let this user write to this database: grant it the role readWrite: %w", doing, err)
	case hasCode(err, codeOutOfDiskSpace):
		return fmt.Errorf("%s: the disk of the MongoDB server is full: free some space: %w", doing, err)
	case driver.IsTimeout(err) || driver.IsNetworkError(err):
		return fmt.Errorf("%s: the MongoDB server did not answer in time: see that it runs and that GLASNIK_STORE names it: %w", doing, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
