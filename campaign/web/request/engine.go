// Package request holds what every HTTP request passes, from a reader as from a user of the panel: bounds on its body, limits
// on how often it may come, and the one way from an error to an answer. It knows neither sessions nor readers.
package request

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
)

// NewEngine returns an engine without routes. It believes X-Forwarded-For of the trusted proxies alone, and hands panics to
// fail. Requests are logged by their route's pattern: no token, no search word and no address of a person gets into the log
// (E-05).
func NewEngine(trusted []string, logger *slog.Logger, now func() time.Time, fail func(*gin.Context, error)) (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	if err := engine.SetTrustedProxies(trusted); err != nil {
		return nil, fmt.Errorf("web: trusted proxies: %w", err)
	}
	engine.Use(func(c *gin.Context) {
		if !logger.Enabled(c.Request.Context(), slog.LevelDebug) {
			c.Next()
			return
		}
		begun := now()
		c.Next()
		logger.Debug("request answered", "method", c.Request.Method, "route", c.FullPath(), "status", c.Writer.Status(), "took", now().Sub(begun))
	}, func(c *gin.Context) {
		defer func() {
			if r := recover(); r != nil {
				if r == http.ErrAbortHandler {
					panic(r) // net/http's own way to cut a connection
				}
				fail(c, fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
			}
		}()
		c.Next()
	})
	return engine, nil
}
