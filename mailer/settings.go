package mailer

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/oauth"
)

// Security says how a connection is made safe.
type Security string

const (
	Required      Security = "required"      // STARTTLS with a certificate that proves the host, or no connection
	Opportunistic Security = "opportunistic" // STARTTLS where it is offered
	Implicit      Security = "implicit"      // TLS from the first octet (RFC 8314)
	Plain         Security = "none"          // never
)

// Settings say how to reach the server that takes our mail.
type Settings struct {
	Host, User, Password string
	Port                 int
	Security             Security
	Tokens               *oauth.Source // to sign in with in place of the password (XOAUTH2); nil where there is one
	// PlainAuth allows the password to be sent over a connection that is not encrypted.
	PlainAuth bool
	Helo      string         // our name in EHLO; "" is the machine's
	RootCAs   *x509.CertPool // whom to believe about certificates; nil is the system's
	Pace      campaign.Pace  // how fast to send where the team says nothing else
	Weight    float64        // its part of the messages among several servers; 0: what it can take
	Takes     []string       // providers and domains whose mail it takes, and no other; none: all that no other server takes
	Timeouts  Timeouts

	tokens oauth.Settings
}

// Timeouts are how long each phase may take.
type Timeouts struct {
	Connect time.Duration // from dialling to the end of signing in, all together
	Command time.Duration // the answer to MAIL and RCPT
	Data    time.Duration // the answer to DATA
	Block   time.Duration // handing over one stretch of the message
	Answer  time.Duration // the answer to the final dot: giving up here leaves the outcome unknown
}

// ceilings are what RFC 5321 section 4.5.3.2 asks a client to be ready to wait; we wait no longer in any phase. Only
// connecting is given up sooner by default, since nothing is lost by it.
var ceilings = Timeouts{
	Connect: 5 * time.Minute, Command: 5 * time.Minute, Data: 2 * time.Minute, Block: 3 * time.Minute, Answer: 10 * time.Minute,
}

const (
	defaultConnect     = time.Minute
	defaultConnections = 10
)

const addressForm = "smtp://user:password@host:587?tls=required"

// ParseURL reads the address of a server: smtp:// or smtps://, user and password percent-encoded, and as parameters
//
//	tls=required|opportunistic|implicit|none   default required; opportunistic when the host is this machine
//	auth=insecure       sign in even when the connection is not encrypted (always allowed on this machine)
//	connections=10      at most, at the same time
//	per_second=0        messages over all connections; 0 is no limit
//	per_connection=0    messages a second over each connection; 0 is no limit
//	limit=gmail.com:2:5 to one provider two connections and five messages a second; may stand several times, 0 is no limit
//	weight=2            its part of the messages, beside the weights of other servers; without it, what it can take
//	takes=gmail.com     a provider or domain whose mail goes over it, and no other mail; may stand several times, or with commas
//	timeout=30s         of every phase up to the final dot, where RFC 5321 would wait longer
//	answer_timeout=10m  of the answer to the final dot
//	helo=host           our name, when it is not the machine's
//	ca=FILE             certificates (PEM) to believe instead of the system's
//	token_command=…     prints a token to sign in with in place of a password; or token_url, client_id, client_secret,
//	                    refresh_token and scope, by which the provider's token service gives one
//
// No error ever holds a part of the address, for a part may be a password typed in the wrong place.
func ParseURL(raw string) (Settings, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Settings{}, settingsError("cannot be read; it should look like %s, with %%23 for #, %%2F for / and %%40 for @ in the password", addressForm)
	}
	if u.Fragment != "" || strings.Contains(raw, "#") || strings.Trim(u.Path, "/") != "" || u.Opaque != "" {
		return Settings{}, settingsError("has more in it than %s; in the password write %%23 for #, %%2F for / and %%3F for ?", addressForm)
	}
	s := Settings{Host: u.Hostname(), Pace: campaign.Pace{Connections: defaultConnections}, Timeouts: ceilings}
	s.Timeouts.Connect = defaultConnect
	if s.Host == "" {
		return Settings{}, settingsError("names no host; it should look like %s", addressForm)
	}
	s.User = u.User.Username()
	s.Password, _ = u.User.Password()
	if err := s.setScheme(u); err != nil {
		return Settings{}, err
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Settings{}, settingsError("has parameters that cannot be read")
	}
	for name, values := range query {
		switch name {
		case "limit":
			err = s.setLimits(values)
		case "takes":
			err = s.setTakes(values)
		default:
			err = s.set(name, values[len(values)-1])
		}
		if err != nil {
			return Settings{}, err
		}
	}
	if err := s.checkUser(); err != nil {
		return Settings{}, err
	}
	if u.Scheme == "smtps" && s.Security != Implicit {
		return Settings{}, settingsError("says smtps, which always is TLS: leave tls out or write smtp")
	}
	return s, nil
}

// checkUser refuses a user without something to prove it by.
func (s *Settings) checkUser() error {
	if !s.tokens.Given() {
		if (s.Password != "") != (s.User != "") {
			return settingsError("needs both a user and a password, or neither")
		}
		return nil
	}
	if s.User == "" || s.Password != "" {
		return settingsError("needs a user and no password where a token signs in")
	}
	if err := s.tokens.Check(); err != nil {
		return settingsError("cannot get a token: %v", err)
	}
	s.Tokens = oauth.New(s.tokens)
	return nil
}

func settingsError(format string, args ...any) error {
	return campaign.FieldError("SMTP_URL", "the SMTP address "+format, args...)
}

func (s *Settings) setScheme(u *url.URL) error {
	switch u.Scheme {
	case "smtp":
		s.Port, s.Security = 587, Required
		if isLoopback(s.Host) {
			s.Security = Opportunistic
		}
	case "smtps":
		s.Port, s.Security = 465, Implicit
	default:
		return settingsError("must begin with smtp:// or smtps://")
	}
	if port := u.Port(); port != "" {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return settingsError("has a port that is not between 1 and 65535")
		}
		s.Port = n
	}
	return nil
}

func (s *Settings) set(name, value string) (err error) {
	switch name {
	case "tls":
		s.Security = Security(value)
		switch s.Security {
		case Required, Opportunistic, Implicit, Plain:
			return nil
		}
		return settingsError("has a tls that is not required, opportunistic, implicit or none")
	case "auth":
		if value != "insecure" {
			return settingsError("has an auth that is not insecure, the only choice there is")
		}
		s.PlainAuth = true
	case "connections":
		s.Pace.Connections, err = strconv.Atoi(value)
		if err != nil || s.Pace.Connections < 1 || s.Pace.Connections > campaign.MaxConnections {
			return settingsError("has connections that are not between 1 and %d", campaign.MaxConnections)
		}
	case "per_second":
		return setRate(&s.Pace.PerSecond, name, value)
	case "per_connection":
		return setRate(&s.Pace.PerConnection, name, value)
	case "weight":
		s.Weight, err = strconv.ParseFloat(value, 64)
		if err != nil || !(s.Weight >= minWeight && s.Weight <= maxWeight) {
			return settingsError("has a weight that is not a number from %g to %d", minWeight, maxWeight)
		}
	case "timeout":
		return s.capTimeouts(value)
	case "answer_timeout":
		d, err := parseTimeout(value)
		s.Timeouts.Answer = min(d, ceilings.Answer)
		return err
	case "helo":
		if value == "" || strings.Trim(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") != "" {
			return settingsError("has a helo that is not a host name")
		}
		s.Helo = value
	case "ca":
		return s.readCertificates(value)
	default:
		if !s.tokens.Set(name, value) {
			return settingsError("has a parameter that is none of tls, auth, connections, per_second, per_connection, limit, weight, takes, timeout, answer_timeout, helo, ca, %s", oauth.Names)
		}
	}
	return nil
}

func setRate(to *float64, name, value string) (err error) {
	*to, err = strconv.ParseFloat(value, 64)
	if err != nil || !(*to >= 0 && *to <= campaign.MaxPerSecond) {
		return settingsError("has a %s that is not a number from 0 up to %d", name, campaign.MaxPerSecond)
	}
	return nil
}

// setLimits reads limits of providers, such as gmail.com:2:5.
func (s *Settings) setLimits(values []string) error {
	wrong := settingsError("has a limit that is not like gmail.com:2:5 (connections, and messages a second; 0 for one of them is no limit), or two of one provider")
	for _, value := range values {
		part := strings.Split(value, ":")
		if len(part) != 3 {
			return wrong
		}
		connections, err := strconv.Atoi(part[1])
		perSecond, err2 := strconv.ParseFloat(part[2], 64)
		if err != nil || err2 != nil {
			return wrong
		}
		s.Pace.Providers = append(s.Pace.Providers, campaign.ProviderLimit{Provider: part[0], Connections: connections, PerSecond: perSecond})
	}
	if s.Pace.Normalize() != nil {
		return wrong
	}
	return nil
}

// Bounds of a weight, and how many providers and domains a server may name.
const (
	minWeight, maxWeight = 0.01, 1000
	maxTakes             = 200
)

// setTakes reads the providers and domains whose mail a server takes.
func (s *Settings) setTakes(values []string) error {
	for _, value := range strings.Split(strings.Join(values, ","), ",") {
		domain, err := campaign.ParseProvider(value)
		if err != nil {
			return settingsError("has a takes that is not a domain such as gmail.com, or several with commas between")
		}
		if !slices.Contains(s.Takes, domain) {
			s.Takes = append(s.Takes, domain)
		}
	}
	if len(s.Takes) > maxTakes {
		return settingsError("has a takes with more than %d domains", maxTakes)
	}
	return nil
}

func parseTimeout(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return 0, settingsError("has a timeout that is not a time like 30s or 2m")
	}
	return d, nil
}

func (s *Settings) capTimeouts(value string) error {
	d, err := parseTimeout(value)
	t := &s.Timeouts
	t.Connect = min(d, ceilings.Connect)
	t.Command = min(d, ceilings.Command)
	t.Data = min(d, ceilings.Data)
	t.Block = min(d, ceilings.Block)
	return err
}

func (s *Settings) readCertificates(path string) error {
	pem, err := os.ReadFile(path)
	if err != nil {
		return settingsError("names a ca file that cannot be read")
	}
	s.RootCAs = x509.NewCertPool()
	if !s.RootCAs.AppendCertsFromPEM(pem) {
		return settingsError("names a ca file without a certificate in it")
	}
	return nil
}

// Server is the server's host:port.
func (s Settings) Server() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// HeloName is the name this machine gives itself.
func (s Settings) HeloName() string {
	if s.Helo != "" {
		return s.Helo
	}
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}

// Redacted returns the settings as an address fit to be shown: without the password.
func (s Settings) Redacted() string {
	scheme := "smtp"
	if s.Security == Implicit {
		scheme = "smtps"
	}
	user := ""
	if s.User != "" {
		user = url.PathEscape(s.User) + ":***@"
	}
	return fmt.Sprintf("%s://%s%s?tls=%s&connections=%d&per_second=%g", scheme, user, s.Server(), s.Security, s.Pace.Connections, s.Pace.PerSecond)
}

// String keeps the password out of anything that prints settings.
func (s Settings) String() string { return s.Redacted() }

// GoString does the same for %#v.
func (s Settings) GoString() string { return s.Redacted() }
