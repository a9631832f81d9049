package web

import (
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/gin-gonic/gin"
)

// policy lets pages use what this server sends and nothing else: no inline script or style, no other host, no frame
// around the panel.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// setHeaders are the security headers of every answer; a handler may replace one.
func (s *Server) setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if s.SecureCookies {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// logRequests notes each request by its route's pattern: no token, no search word and no address of a person gets into
// the log (E-05).
func (s *Server) logRequests(c *gin.Context) {
	begun := s.Now()
	c.Next()
	s.Logger.Debug("request answered", "method", c.Request.Method, "route", c.FullPath(), "status", c.Writer.Status(), "took", s.Now().Sub(begun))
}

// recoverPanics turns a panic into an error page and a line in the log.
func (s *Server) recoverPanics(c *gin.Context) {
	defer func() {
		if r := recover(); r != nil {
			if r == http.ErrAbortHandler {
				panic(r) // net/http's own way to cut a connection
			}
			v := &visit{Context: c, s: s, zone: s.zone}
			v.fail(fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	c.Next()
}
