package refusal

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	// codePattern finds a reply code, and an enhanced status code after it. Codes end at 559, so that ports are none.
	codePattern   = regexp.MustCompile(`(?:^|[\s'"(#:;,>])([45][0-5]\d)(?:[\s-]+|: ?|$)['"(]*#?(?:([45]\.\d{1,3}\.\d{1,3})\b)?`)
	statusPattern = regexp.MustCompile(`(?:^|[^\d.])([45]\.\d{1,3}\.\d{1,3})(?:[^\d.]|\.?$|\.\s)`)
)

// Parse finds a server's answer in a text that quotes it, as reports do: "smtp; 550-5.1.1 no such user", "host a.example said: 552
// over quota (#5.2.2)". An answer with a status that says something is taken before an earlier one without: gateways put their
// own in front.
func Parse(text string) Answer {
	a := Answer{Text: strings.Join(strings.Fields(text), " ")}
	for _, m := range codePattern.FindAllStringSubmatch(a.Text, 20) {
		code, _ := strconv.Atoi(m[1])
		status := m[2]
		if status != "" && status[0] != m[1][0] { // of another class than the code: not believed (RFC 2034 section 4)
			status = ""
		}
		if a.Code == 0 || Vague(a.Status) && !Vague(status) {
			a.Code, a.Status = code, status
		}
	}
	if Vague(a.Status) {
		for _, m := range statusPattern.FindAllStringSubmatch(a.Text, 20) {
			if a.Code != 0 && m[1][0] != strconv.Itoa(a.Code)[0] {
				continue
			}
			if a.Status == "" || !Vague(m[1]) {
				a.Status = m[1]
			}
			if !Vague(m[1]) {
				break
			}
		}
	}
	if a.Code != 0 { // a code that stands before each line of an answer is not among its words
		code := strconv.Itoa(a.Code)
		a.Text = strings.Join(strings.Fields(strings.NewReplacer(code+"-"+a.Status+" ", "", code+" "+a.Status+" ", "", code+"-", "").Replace(a.Text)), " ")
	}
	return a
}

// Vague reports whether an enhanced status code says nothing: there is none, or it is X.0.0 ("other").
func Vague(status string) bool { return status == "" || strings.HasSuffix(status, ".0.0") }
