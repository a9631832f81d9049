package mailer

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

func benchContent(word string) campaign.Content {
	p := campaign.Place
	paragraph := "<p style=\"margin:0 0 16px\">" + strings.Repeat(word, 6) + "<a href=\"" + p(1) + "\">link</a></p>\n"
	return campaign.Content{
		Subject: word + p(0), Places: 3, Text: "Zdravo " + p(0) + "\n" + strings.Repeat(word, 10) + p(1) + "\n",
		HTML: "<html><body>\n<p>" + p(0) + "</p>\n" + strings.Repeat(paragraph, 20) + "<img src=\"" + p(2) + "\">\n</body></html>\n",
	}
}

func benchmarkAppend(b *testing.B, word string) {
	l := compile(b, benchContent(word), testHead)
	values := []string{"Ana Jovanović", "https://news.example.org/c/" + strings.Repeat("x", 60), "https://news.example.org/o/" + strings.Repeat("y", 60)}
	r := testRecipient()
	var buffer []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buffer, err = l.Append(buffer[:0], r, values); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(buffer)))
}

func BenchmarkAppendQP(b *testing.B) {
	benchmarkAppend(b, "Nova kampanja protiv trgovine ljudima počinje sutra. ")
}
func BenchmarkAppendBase64(b *testing.B) {
	benchmarkAppend(b, "Нова кампања против трговине људима почиње сутра. ")
}

func BenchmarkSend(b *testing.B) {
	for name, extensions := range map[string][]string{"pipelined": nil, "plain": plainExtensions, "next announced": nil} {
		b.Run(name, func(b *testing.B) {
			server := startServer(b, smtptest.Options{Extensions: extensions, Forget: true})
			c := connect(b, newMailer(b, server, ""))
			msg := campaign.Message{From: "b@example.org", To: "a@example.org", Data: []byte(strings.Repeat(strings.Repeat("x", 74)+"\r\n", 130))}
			var next func() *campaign.Message
			if name == "next announced" {
				next = func() *campaign.Message { return &msg }
			}
			b.ReportAllocs()
			for b.Loop() {
				if o := c.SendWithNext(b.Context(), msg, next, nil); o.Result != campaign.ResultAccepted {
					b.Fatalf("%+v", o)
				}
			}
		})
	}
}
