package request

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

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

// TooMany is an error that is answered with 429.
type TooMany struct{ Message string }

func (e *TooMany) Error() string { return e.Message }

// ErrNoPage is the answer to an address that nothing is at, ErrMethod to one that is asked in another way.
var (
	ErrNoPage = campaign.Errorf(campaign.NotFound, "There is no such page. It may have been deleted, or the address is incomplete.")
	ErrMethod = campaign.Errorf(campaign.Invalid, "This address cannot be opened this way. Go back and use the button on the page.")
)

// Failures answers requests whose handler returned an error.
type Failures struct {
	Logger  *slog.Logger
	Trouble func() string // why the store cannot be used just now; "" when it can
}

// Answer is the one place that turns an error into a status. An error that is not of the domain is the program's fault: it is
// logged, and the user gets an apology. explain sends the status and the sentence in the form the route answers in.
func (f Failures) Answer(c *gin.Context, err error, explain func(status int, sentence string)) {
	c.Abort()
	if errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil {
		c.Status(499) // the browser left; nobody reads the answer
		return
	}
	status, sentence := http.StatusInternalServerError, "Something went wrong on our side. Nothing you typed was the cause; please try again."
	var domain *campaign.Error
	var many *TooMany
	switch {
	case errors.As(err, &many):
		status, sentence = http.StatusTooManyRequests, many.Message
		c.Header("Retry-After", "60")
	case errors.Is(err, ErrMethod):
		status, sentence = http.StatusMethodNotAllowed, ErrMethod.Error()
	case errors.Is(err, ErrMediaType):
		status, sentence = http.StatusUnsupportedMediaType, ErrMediaType.Error()
	case errors.Is(err, ErrTooLong):
		status, sentence = http.StatusRequestEntityTooLarge, ErrTooLong.Error()
	case errors.As(err, &domain):
		status, sentence = statuses[domain.Code], Sentence(domain.Message)
	case f.Trouble() != "":
		status, sentence = http.StatusServiceUnavailable, "The database cannot be used just now, so this was not done. The program goes on by itself when it is back; please try again then."
		c.Header("Retry-After", "30")
	default:
		f.Logger.Error("request failed", "method", c.Request.Method, "route", c.FullPath(), "error", err)
	}
	if !c.Writer.Written() {
		explain(status, sentence)
	}
}

// Sentence returns the words of an error as a sentence.
func Sentence(words string) string {
	if words == "" {
		return words
	}
	r := []rune(words)
	words = strings.ToUpper(string(r[0])) + string(r[1:])
	if !strings.HasSuffix(words, ".") && !strings.HasSuffix(words, "?") {
		words += "."
	}
	return words
}
