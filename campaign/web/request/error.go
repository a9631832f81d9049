package request

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
)

// statuses maps the codes of domain errors to HTTP statuses.
var statuses = map[campaign.Code]int{
	campaign.Invalid:         http.StatusBadRequest,
	campaign.NotFound:        http.StatusNotFound,
	campaign.Conflict:        http.StatusConflict,
	campaign.Forbidden:       http.StatusForbidden,
	campaign.Unauthenticated: http.StatusUnauthorized,
}

// ownStatuses are the statuses of errors that have one of their own.
var ownStatuses = map[error]int{
	ErrMethod: http.StatusMethodNotAllowed, ErrMediaType: http.StatusUnsupportedMediaType, ErrTooLong: http.StatusRequestEntityTooLarge,
}

// TooMany is an error that is answered with 429.
type TooMany struct{ Text campaign.Text }

func (e *TooMany) Error() string { return e.Text.String() }

// ErrNoPage is the answer to an address that nothing is at, ErrMethod to one that is asked in another way.
var (
	ErrNoPage = campaign.Errorf(campaign.NotFound, "There is no such page. It may have been deleted, or the address is incomplete.")
	ErrMethod = campaign.Errorf(campaign.Invalid, "This address cannot be opened this way. Go back and use the button on the page.")
)

// Failures answers requests whose handler returned an error.
type Failures struct {
	Logger  *slog.Logger
	Trouble func() campaign.Text // why the store cannot be used just now; none when it can
}

// Answer is the one place that turns an error into a status. An error that is not of the domain is the program's fault: it is
// logged, and the user gets an apology. explain sends the status and the words in the form the route answers in.
func (f Failures) Answer(c *gin.Context, err error, explain func(status int, words campaign.Text)) {
	c.Abort()
	if errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil {
		c.Status(499) // the browser left; nobody reads the answer
		return
	}
	status, words := http.StatusInternalServerError, campaign.Textf("Something went wrong on our side. Nothing you typed was the cause; please try again.")
	var domain *campaign.Error
	var many *TooMany
	switch {
	case errors.As(err, &many):
		status, words = http.StatusTooManyRequests, many.Text
		c.Header("Retry-After", "60")
	case errors.As(err, &domain):
		status, words = statuses[domain.Code], domain.Text
		if own := ownStatuses[domain]; own != 0 {
			status = own
		}
	case !f.Trouble().IsZero():
		status, words = http.StatusServiceUnavailable, campaign.Textf("The database cannot be used just now, so this was not done. The program goes on by itself when it is back; please try again then.")
		c.Header("Retry-After", "30")
	default:
		f.Logger.Error("request failed", "method", c.Request.Method, "route", c.FullPath(), "error", err)
	}
	if !c.Writer.Written() {
		explain(status, words)
	}
}
