package smtptest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Refold returns a message as a relay hands it on that unfolds all fields and folds them elsewhere, writes their names in another case, puts
// stamps of its own in front, and blanks at the ends of lines: all that relaxed/relaxed lets pass (RFC 6376 section 3.4).
func Refold(message []byte, width int) []byte {
	head, body, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	unfolded := regexp.MustCompile(`\r\n[ \t]+`).ReplaceAllString(string(head), " ")
	var out strings.Builder
	out.WriteString("Received: from a.example\r\n\tby b.example; Mon, 06 May 2030 07:08:12 +0000\r\nX-Spam-Status: No\r\n")
	for field := range strings.SplitSeq(unfolded, "\r\n") {
		name, value, _ := strings.Cut(field, ":")
		if width%2 == 0 {
			name = strings.ToUpper(name)
		}
		out.WriteString(name + ":")
		col := len(name) + 1
		for word := range strings.FieldsSeq(value) {
			if col+len(word) > width {
				out.WriteString("  \r\n\t")
				col = 1
			}
			out.WriteString(" " + word)
			col += len(word) + 1
		}
		out.WriteString("\r\n")
	}
	lines := strings.Split(string(body), "\r\n")
	for i := range lines {
		if lines[i] != "" {
			lines[i] += " \t"
		}
	}
	return []byte(out.String() + "\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n")
}

// Verify has OpenDKIM and dkimpy verify every signature of some messages, by the TXT records of a DNS. A verifier that is not on this
// machine is left out, unless CI says that everything must be there.
func Verify(t *testing.T, messages map[string][]byte, records map[string]string) error {
	t.Helper()
	folder := t.TempDir()
	var zone strings.Builder
	for name, value := range records {
		fmt.Fprintf(&zone, "%s %s\n", name, value)
	}
	files := map[string]string{} // by their names, what each is
	for what, m := range messages {
		name := fmt.Sprintf("%03d.eml", len(files))
		files[name] = what
		if err := os.WriteFile(filepath.Join(folder, name), m, 0o600); err != nil {
			return err
		}
	}
	zoneFile, settings := filepath.Join(folder, "zone"), filepath.Join(folder, "opendkim.conf")
	err := errors.Join(os.WriteFile(zoneFile, []byte(zone.String()), 0o600), os.WriteFile(filepath.Join(folder, "verify.py"), []byte(dkimpy), 0o600),
		os.WriteFile(settings, []byte("Mode v\nSyslog no\nTestDNSData file:"+zoneFile+"\n"), 0o600))
	if err != nil {
		return err
	}
	program := find("opendkim", "/usr/sbin/opendkim")
	if program == "" {
		return missing(t, "OpenDKIM")
	}
	for name, what := range files {
		out, err := exec.CommandContext(t.Context(), program, "-x", settings, "-t", filepath.Join(folder, name)).CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("succeeded")) {
			return fmt.Errorf("opendkim: %s: %v %s", what, err, out)
		}
	}
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), python, "-c", "import dkim, nacl").Run() != nil {
			continue
		}
		out, err := exec.CommandContext(t.Context(), python, filepath.Join(folder, "verify.py"), folder).CombinedOutput()
		if err != nil {
			for name, what := range files {
				out = bytes.ReplaceAll(out, []byte(name), []byte(what))
			}
			return fmt.Errorf("dkimpy: %w\n%s", err, out)
		}
		return nil
	}
	return missing(t, "dkimpy")
}

// missing leaves a verifier out; where everything must be there, it is an error.
func missing(t *testing.T, what string) error {
	if os.Getenv("CI") == "true" {
		return fmt.Errorf("there is no %s on this machine", what)
	}
	t.Logf("there is no %s on this machine", what)
	return nil
}

// find returns the path of a program, by its name or where it usually is; "" for none.
func find(name, usually string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	if _, err := os.Stat(usually); err == nil {
		return usually
	}
	return ""
}

// dkimpy verifies each signature of the messages in a folder.
const dkimpy = `import dkim, glob, sys
zone = dict(line.rstrip("\n").split(" ", 1) for line in open(sys.argv[1] + "/zone"))
def txt(name, timeout=5):
    return zone.get(name.decode().rstrip("."), "").encode()
failed = 0
for path in sorted(glob.glob(sys.argv[1] + "/*.eml")):
    message = open(path, "rb").read()
    signatures = sum(name.lower() == b"dkim-signature" for name, _ in dkim.DKIM(message).headers)
    for i in range(max(1, signatures)):
        try:
            held = dkim.DKIM(message).verify(i, dnsfunc=txt)
        except Exception as e:
            held = e
        if held is not True:
            failed += 1
            print(path, "signature", i, held)
sys.exit(failed > 0)
`
