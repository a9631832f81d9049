package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/joho/godotenv"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/backup"
	"github.com/glasnik/glasnik/campaign/web/opens"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/mailer/dns"
	"github.com/glasnik/glasnik/mailer/hooks"
	"github.com/glasnik/glasnik/mailer/listener"
	"github.com/glasnik/glasnik/mailer/mailboxes"
	"github.com/glasnik/glasnik/scheduler"
)

// prefix begins the name of every setting.
const prefix = "GLASNIK_"

// config is all settings, read once. `.env.example` is its manual. A field marked secret can be given as NAME_FILE too.
type config struct {
	DataDir        string          `env:"DATA_DIR" envDefault:"data"`
	Store          string          `env:"STORE" secret:"true"`
	Sync           string          `env:"SYNC" envDefault:"normal"`
	Addr           string          `env:"ADDR" envDefault:"127.0.0.1:8080"`
	BaseURL        string          `env:"BASE_URL"`
	TrustedProxies []string        `env:"TRUSTED_PROXIES"`
	Secret         string          `env:"SECRET" secret:"true"`
	Passphrase     string          `env:"BACKUP_PASSPHRASE" secret:"true"`
	SMTPURL        string          `env:"SMTP_URL" secret:"true"`
	From           string          `env:"FROM"`
	BounceAddress  string          `env:"BOUNCE_ADDRESS"`
	Machines       string          `env:"MACHINES"`
	BounceIMAP     string          `env:"BOUNCE_IMAP" secret:"true"`
	BounceListen   string          `env:"BOUNCE_LISTEN"`
	Hooks          string          `env:"HOOKS" secret:"true"`
	DKIMDomain     string          `env:"DKIM_DOMAIN"`
	DKIMSelector   string          `env:"DKIM_SELECTOR"`
	DKIMKey        string          `env:"DKIM_KEY" secret:"true"`
	DNS            string          `env:"DNS"`
	SendingIPs     string          `env:"SENDING_IPS"`
	BlockLists     string          `env:"BLOCKLISTS"`
	Timezone       string          `env:"TIMEZONE" envDefault:"Europe/Belgrade"`
	Language       string          `env:"LANGUAGE" envDefault:"sr-Latn"`
	Retries        []time.Duration `env:"RETRIES"`
	Interrupted    string          `env:"INTERRUPTED" envDefault:"hold"`
	Grace          time.Duration   `env:"GRACE" envDefault:"30s"`
	LogLevel       string          `env:"LOG_LEVEL" envDefault:"info"`
	LogFormat      string          `env:"LOG_FORMAT" envDefault:"text"`
	MetricsToken   string          `env:"METRICS_TOKEN" secret:"true"`

	// What the settings above mean.
	smtp      []mailer.Settings    // none when no server is set; the pace of the first holds for all
	mailboxes []mailboxes.Settings // that what comes back is read from
	listeners []listener.Settings  // that it is brought to
	hooks     []*hooks.Hook        // that mail services post to
	dkim      *mailer.DKIM         // nil when messages are not signed here
	resolver  dns.Resolver         // nil: the machine's
	addresses []netip.Addr         // that mail leaves from
	lists     []dns.BlockList
	machines  *opens.Classifier // of hits, by the lists as they were at the start
	from      campaign.Sender   // zero when none is set
	zone      *time.Location
	language  campaign.Language

	secretFiles []string // that NAME_FILE settings name
}

// mistakes are all that is wrong with the settings.
type mistakes []string

func (m *mistakes) add(name, format string, args ...any) {
	*m = append(*m, prefix+name+" "+fmt.Sprintf(format, args...))
}

func (m *mistakes) when(wrong bool, name, format string, args ...any) {
	if wrong {
		m.add(name, format, args...)
	}
}

// readConfig reads the environment, and under it the .env file of the working directory.
func readConfig(environ []string) (config, error) {
	var wrong mistakes
	return parseConfig(settingsIn(environ, &wrong), wrong...)
}

// parseConfig makes a config of settings by their full names, and adds its mistakes to those that were made before.
func parseConfig(values map[string]string, wrong ...string) (config, error) {
	var c config
	wrong = c.readSecretFiles(values, wrong)
	wrong = append(wrong, unknownSettings(values)...)
	if err := env.ParseWithOptions(&c, env.Options{Prefix: prefix, Environment: values}); err != nil {
		wrong = append(wrong, parseMistakes(err)...)
	}
	wrong = append(wrong, c.check()...)
	if len(wrong) > 0 {
		return c, listError{"the settings cannot be used:", wrong}
	}
	return c, nil
}

// settingsIn returns the settings by their full names; the environment wins over the file.
func settingsIn(environ []string, wrong *mistakes) map[string]string {
	values := map[string]string{}
	file, err := godotenv.Read(".env")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		*wrong = append(*wrong, fmt.Sprintf("the file .env cannot be read: %v", err))
	}
	for name, v := range file {
		if strings.HasPrefix(name, prefix) {
			values[name] = v
		}
	}
	for _, pair := range environ {
		if name, v, ok := strings.Cut(pair, "="); ok && strings.HasPrefix(name, prefix) {
			values[name] = v
		}
	}
	return values
}

// settingNames returns the names of all settings without the prefix, and which are secrets.
func settingNames() (names []string, secret map[string]bool) {
	secret = map[string]bool{}
	t := reflect.TypeFor[config]()
	for i := range t.NumField() {
		f := t.Field(i)
		if name := f.Tag.Get("env"); name != "" {
			names = append(names, name)
			secret[name] = f.Tag.Get("secret") != ""
		}
	}
	return names, secret
}

// readSecretFiles replaces each NAME_FILE by NAME with what the file holds.
func (c *config) readSecretFiles(values map[string]string, wrong mistakes) mistakes {
	names, secret := settingNames()
	for _, name := range names {
		path, given := values[prefix+name+"_FILE"]
		if !given || !secret[name] {
			continue
		}
		delete(values, prefix+name+"_FILE")
		if path = strings.TrimSpace(path); path == "" {
			continue // unset, as for all others
		}
		if values[prefix+name] != "" {
			wrong.add(name, "and %s%s_FILE are both set: keep one", prefix, name)
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			wrong.add(name+"_FILE", "names a file that cannot be read: %v", err)
			continue
		}
		c.secretFiles = append(c.secretFiles, path)
		values[prefix+name] = strings.TrimSpace(string(data))
	}
	return wrong
}

// unknownSettings finds misspelt names, which would otherwise do nothing in silence. Names for tests are left alone.
func unknownSettings(values map[string]string) (wrong mistakes) {
	names, _ := settingNames()
	for full := range values {
		name := strings.TrimPrefix(full, prefix)
		wrong.when(!slices.Contains(names, name) && !strings.HasPrefix(name, "TEST_"), name, "is not a setting: the settings are listed in .env.example")
	}
	slices.Sort(wrong)
	return wrong
}

func parseMistakes(err error) (wrong mistakes) {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return mistakes{err.Error()}
	}
	for _, e := range all.Errors {
		var parse env.ParseError
		if !errors.As(e, &parse) {
			wrong = append(wrong, e.Error())
			continue
		}
		f, _ := reflect.TypeFor[config]().FieldByName(parse.Name)
		wrong.add(f.Tag.Get("env"), "must be a time such as 30s, 5m or 2h, or for RETRIES several with commas between")
	}
	return wrong
}

// check finds mistakes in the values and works out what they mean.
func (c *config) check() (wrong mistakes) {
	c.checkPlaces(&wrong)
	c.checkMail(&wrong)
	c.checkDKIM(&wrong)
	c.checkDNS(&wrong)
	var err error
	c.zone, err = time.LoadLocation(c.Timezone)
	wrong.when(err != nil || c.Timezone == "Local", "TIMEZONE", "is not a time zone: use a name such as Europe/Belgrade")
	c.language, err = campaign.ParseLanguage(c.Language)
	wrong.when(err != nil, "LANGUAGE", "must be one of sr-Latn, sr-Cyrl, en, fr")
	oneOf := func(name, value string, allowed ...string) {
		wrong.when(!slices.Contains(allowed, value), name, "must be one of %s", strings.Join(allowed, ", "))
	}
	oneOf("SYNC", c.Sync, "normal", "full")
	oneOf("INTERRUPTED", c.Interrupted, "hold", "resend")
	oneOf("LOG_LEVEL", c.LogLevel, "debug", "info", "warn", "error")
	oneOf("LOG_FORMAT", c.LogFormat, "text", "json")
	if c.Passphrase != "" && len(c.Passphrase) < backup.ShortestPassphrase {
		wrong.add("BACKUP_PASSPHRASE", "must have at least %d characters: make one with “openssl rand -base64 24”", backup.ShortestPassphrase)
	}
	wrong.when(c.MetricsToken != "" && len(c.MetricsToken) < 20, "METRICS_TOKEN", "must have at least 20 characters: make one with “openssl rand -base64 32”")
	wrong.when(c.Grace < 0 || c.Grace > 10*time.Minute, "GRACE", "must be between 0s and 10m")
	if len(c.Retries) == 0 {
		c.Retries = scheduler.DefaultRetries
	}
	for _, r := range c.Retries {
		if r <= 0 {
			wrong.add("RETRIES", "must hold waits longer than nothing, such as 5m,15m,1h")
			break
		}
	}
	return wrong
}

// checkPlaces looks at where things are: the store, the listener, the address readers see.
func (c *config) checkPlaces(wrong *mistakes) {
	switch scheme, rest, _ := strings.Cut(c.Store, ":"); {
	case c.Store == "", scheme == "sqlite" && rest != "", scheme == "mongodb", scheme == "mongodb+srv":
	default:
		wrong.add("STORE", "must be sqlite:PATH or mongodb://…")
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil || port == "" {
		wrong.add("ADDR", "must be host:port, such as 127.0.0.1:8080 or :8080")
	}
	wrong.when(c.Secret != "" && len(c.Secret) < 20, "SECRET", "must have at least 20 characters: make one with “openssl rand -base64 32”")
	if c.BaseURL == "" {
		if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
			host = "localhost"
		}
		c.BaseURL = "http://" + net.JoinHostPort(host, port)
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		wrong.add("BASE_URL", "must be an address such as https://press.example.org, without a path")
	}
	for _, p := range c.TrustedProxies {
		_, errIP := netip.ParseAddr(p)
		_, errNet := netip.ParsePrefix(p)
		wrong.when(errIP != nil && errNet != nil, "TRUSTED_PROXIES", "must hold addresses or networks, such as 127.0.0.1 or 10.0.0.0/8: %q is neither", p)
	}
}

// takesReturnPaths reports whether the name of a delivery fits into an envelope sender made of an address.
func takesReturnPaths(address string) bool { return sampleReturnPath(address) != "" }

// sampleReturnPath is an envelope sender as messages have it, of a delivery that is none.
func sampleReturnPath(address string) string {
	now := time.Now()
	delivery, _ := campaign.DeliveryID(campaign.RunID(campaign.NewID(now), now), 1, campaign.NewID(now))
	return campaign.Links{Signer: campaign.NewSigner("")}.ReturnPath(address, delivery)
}
