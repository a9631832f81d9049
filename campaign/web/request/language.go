package request

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// AcceptedLanguage is the language of ours that a browser asks for (RFC 9110, 12.5.4); English when it asks for none of them.
func AcceptedLanguage(r *http.Request) campaign.Language {
	best, weight := campaign.English, 0.0
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, q, _ := strings.Cut(part, ";")
		w := 1.0
		if _, number, ok := strings.Cut(q, "="); ok {
			w, _ = strconv.ParseFloat(strings.TrimSpace(number), 64)
		}
		l, known := understood(strings.TrimSpace(tag))
		if known && w > weight {
			best, weight = l, w
		}
	}
	return best
}

// understood returns the language of ours that readers of another read without effort.
func understood(tag string) (campaign.Language, bool) {
	if l, err := campaign.ParseLanguage(tag); err == nil && l != "" {
		return l, true
	}
	switch base, _, _ := strings.Cut(strings.ToLower(tag), "-"); base {
	case "sr", "bs", "hr", "me", "cnr", "sh":
		return campaign.SerbianLatin, true
	case "en":
		return campaign.English, true
	case "fr":
		return campaign.French, true
	}
	return "", false
}
