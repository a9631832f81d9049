package listener

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
)

// Settings say where is listened, and how much is taken.
type Settings struct {
	LMTP        bool   // else SMTP
	Network     string // tcp or unix
	Address     string // host:port or a path
	Connections int    // at the same time; others wait
	Cert, Key   string // files in PEM form for STARTTLS; "" offers none
}

// defaultConnections is how many connections are served at the same time.
const defaultConnections = 20

// Name says which listener it is.
func (s Settings) Name() string {
	return map[bool]string{true: "lmtp", false: "smtp"}[s.LMTP] + "://" + s.Address
}

// ParseURL reads lmtp://127.0.0.1:2424, lmtp:///run/glasnik/lmtp.sock (a socket of this machine) or smtp://0.0.0.0:25, with the
// parameters connections=20, and cert=FILE and key=FILE for STARTTLS.
func ParseURL(address string) (Settings, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Settings{}, errors.New("it is no address such as lmtp://127.0.0.1:2424")
	}
	s := Settings{LMTP: u.Scheme == "lmtp", Network: "tcp", Address: u.Host, Connections: defaultConnections}
	switch {
	case u.Scheme != "lmtp" && u.Scheme != "smtp":
		return s, errors.New("it must begin with lmtp:// or smtp://")
	case u.User != nil || u.Fragment != "":
		return s, errors.New("it has more in it than a place to listen at: nobody signs in there")
	case u.Host == "" && len(u.Path) > 1:
		s.Network, s.Address = "unix", u.Path
	case u.Path != "" && u.Path != "/":
		return s, errors.New("it must name host and port, or a path alone: lmtp:///run/glasnik/lmtp.sock")
	default:
		_, port, err := net.SplitHostPort(u.Host)
		if n, errPort := strconv.Atoi(port); err != nil || errPort != nil || n < 0 || n > 65535 {
			return s, errors.New("it must name host and port, such as 127.0.0.1:2424")
		}
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return s, errors.New("the part after the ? cannot be read")
	}
	for name, all := range values {
		value := all[len(all)-1]
		switch name {
		case "connections":
			if s.Connections, err = strconv.Atoi(value); err != nil || s.Connections < 1 || s.Connections > 1000 {
				return s, errors.New("connections= must be a number from 1 to 1000")
			}
		case "cert":
			s.Cert = value
		case "key":
			s.Key = value
		default:
			return s, fmt.Errorf("%q is no parameter of a listener: there are connections, cert and key", name)
		}
	}
	_, err = s.tlsConfig()
	return s, err
}

func (s Settings) tlsConfig() (*tls.Config, error) {
	if s.Cert == "" && s.Key == "" {
		return nil, nil
	}
	if s.Cert == "" || s.Key == "" {
		return nil, errors.New("cert= and key= go together")
	}
	pair, err := tls.LoadX509KeyPair(s.Cert, s.Key)
	if err != nil {
		return nil, fmt.Errorf("cert= and key= cannot be used: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}
