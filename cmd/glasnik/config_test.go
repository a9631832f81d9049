package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestConfigDefaults(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := readConfig(nil)
	must(t, err)
	if c.Addr != "127.0.0.1:8080" || c.BaseURL != "http://127.0.0.1:8080" || c.DataDir != "data" || c.zone.String() != "Europe/Belgrade" {
		t.Errorf("defaults %+v", c)
	}
	if c.smtp != nil || c.Interrupted != "hold" || c.Grace != 30*time.Second || len(c.Retries) != 11 {
		t.Errorf("defaults of sending %+v", c)
	}
}

// Several mail servers are in one setting with blanks between, and each mistake is told without its password.
func TestSeveralMailServers(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := readConfig([]string{"GLASNIK_SMTP_URL=smtp://one.example.org?connections=3\n smtp://two.example.org "})
	if err != nil || len(c.smtp) != 2 || c.smtp[1].Host != "two.example.org" || c.relay() != "one.example.org, two.example.org" {
		t.Errorf("%v %v", c.smtp, err)
	}
	for _, value := range []string{"smtp://one.example.org smtp://one.example.org:587", "smtp://one.example.org smtp://u:hunter2@two?x=1"} {
		if _, err := readConfig([]string{"GLASNIK_SMTP_URL=" + value}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", value, err)
		}
	}
}

func TestConfigReadsFileUnderEnvironment(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, ".env", "GLASNIK_ADDR=:9000\nGLASNIK_FROM=\"Press Office <press@example.org>\"\nOTHER=1\n")
	write(t, "smtp", "smtp://user:p%40ss@mail.example.org:2525\n")
	c, err := readConfig([]string{"GLASNIK_ADDR=:9001", "GLASNIK_SMTP_URL_FILE=" + filepath.Join(dir, "smtp"), "GLASNIK_RETRIES=1m,5m", "HOME=/"})
	must(t, err)
	if c.Addr != ":9001" || c.BaseURL != "http://localhost:9001" {
		t.Errorf("the environment does not win: %s %s", c.Addr, c.BaseURL)
	}
	if c.from.Name != "Press Office" || c.from.Email != "press@example.org" {
		t.Errorf("from %+v", c.from)
	}
	if len(c.smtp) != 1 || c.smtp[0].Password != "p@ss" || c.smtp[0].Port != 2525 {
		t.Errorf("smtp %v", c.smtp)
	}
	if len(c.Retries) != 2 || c.Retries[1] != 5*time.Minute {
		t.Errorf("retries %v", c.Retries)
	}
}

func TestConfigTellsAllMistakesTogether(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := readConfig([]string{
		"GLASNIK_STORE=postgres://x", "GLASNIK_ADDR=8080", "GLASNIK_BASE_URL=press.example.org/panel", "GLASNIK_SMTP_URL=mail:secretword",
		"GLASNIK_FROM=nobody", "GLASNIK_TIMEZONE=Mars/Base", "GLASNIK_LANGUAGE=xx", "GLASNIK_RETRIES=soon", "GLASNIK_GRACE=1h",
		"GLASNIK_INTERRUPTED=maybe", "GLASNIK_SYNC=never", "GLASNIK_LOG_LEVEL=loud", "GLASNIK_LOG_FORMAT=xml", "GLASNIK_SECRET=short",
		"GLASNIK_TRUSTED_PROXIES=proxy", "GLASNIK_BOUNCE_ADDRESS=bounces", "GLASNIK_STROE=sqlite:x", "GLASNIK_TEST_MONGODB_URI=ignored",
	})
	if err == nil {
		t.Fatal("no mistake was found")
	}
	for _, name := range []string{
		"STORE", "ADDR", "BASE_URL", "SMTP_URL", "FROM", "TIMEZONE", "LANGUAGE", "RETRIES", "GRACE", "INTERRUPTED", "SYNC", "LOG_LEVEL",
		"LOG_FORMAT", "SECRET", "TRUSTED_PROXIES", "BOUNCE_ADDRESS", "STROE",
	} {
		if !strings.Contains(err.Error(), "\n  GLASNIK_"+name+" ") {
			t.Errorf("nothing is said about %s in\n%v", name, err)
		}
	}
	if strings.Contains(err.Error(), "secretword") {
		t.Error("the mistakes show a secret")
	}
}

func TestBounceAddressLeavesRoomForTheDelivery(t *testing.T) {
	for address, fits := range map[string]bool{"bounces@example.org": true, "bounce-mailbox@example.org": false} {
		if takesReturnPaths(address) != fits {
			t.Errorf("%s: %v", address, !fits)
		}
	}
}

func TestSecretsFromFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := readConfig([]string{"GLASNIK_SECRET_FILE=missing"}); err == nil || !strings.Contains(err.Error(), "GLASNIK_SECRET_FILE") {
		t.Errorf("a missing file: %v", err)
	}
	write(t, "secret", "0123456789012345678901234567\n")
	if _, err := readConfig([]string{"GLASNIK_SECRET_FILE=secret", "GLASNIK_SECRET=01234567890123456789"}); err == nil || !strings.Contains(err.Error(), "both set") {
		t.Errorf("two secrets: %v", err)
	}
	c, err := readConfig([]string{"GLASNIK_SECRET_FILE=secret"})
	if err != nil || c.Secret != "0123456789012345678901234567" {
		t.Errorf("secret %q, %v", c.Secret, err)
	}
}

// .env.example is the manual: it names every setting, and no other, with its default where it has one.
func TestExampleKnowsEverySetting(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", ".env.example"))
	must(t, err)
	found := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#GLASNIK_([A-Z_]+)=.+$`).FindAllStringSubmatch(string(data), -1) {
		found[m[1]] = true
	}
	names, _ := settingNames()
	for _, name := range names {
		if !found[name] {
			t.Errorf(".env.example does not know GLASNIK_%s", name)
		}
		delete(found, name)
	}
	for name := range found {
		t.Errorf(".env.example names GLASNIK_%s, which is no setting", name)
	}
	if n := strings.Count(string(data), "# Type: "); n != len(names) {
		t.Errorf("%d of %d settings state their type", n, len(names))
	}
}

// Every example in the manual is a value the program takes.
func TestExamplesAreValid(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", ".env.example"))
	must(t, err)
	t.Chdir(t.TempDir())
	write(t, "machines.txt", "date 2026-11-30\nsource ourselves\n")
	key, _ := newKey(t) // a key that is printed somewhere is none
	example := strings.Replace(string(data), `"-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----"`, strconv.Quote(key), 1)
	write(t, ".env", strings.ReplaceAll(example, "\n#GLASNIK_", "\nGLASNIK_"))
	if _, err := readConfig(nil); err != nil {
		t.Error(err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	must(t, os.WriteFile(name, []byte(text), 0o600))
}
