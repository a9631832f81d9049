package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/report"
	"github.com/glasnik/glasnik/templates"
)

// apiTokenPages are the tokens by which programs of others read reports, and what these programs are answered.
type apiTokenPages struct {
	*panel
	store   apiTokenStore
	reports *reportPages
}

// reportsAPI begins the addresses at which programs read reports. What else begins with /api/ is for readers.
const reportsAPI = "/api/reports/"

type apiTokenStore interface {
	CreateAPIToken(ctx context.Context, name string, scope campaign.APIScope, days int64) (string, error)
	DeleteAPIToken(ctx context.Context, id string) error
	FindAPITokens(ctx context.Context) ([]campaign.APIToken, error)
	UseAPIToken(ctx context.Context, secret string, scope campaign.APIScope) (campaign.APIToken, error)
}

type apiTokenForm struct {
	Name  string `form:"name"`
	Scope string `form:"scope"`
	Days  string `form:"days"`
}

type apiTokensPage struct {
	Page
	Tokens  []campaign.APIToken
	Form    apiTokenForm
	Secret  string // of the token just made; it is shown this once
	Example string // an address to try it on
}

// Scopes are what a token can be for.
func (p *apiTokensPage) Scopes() []templates.Option {
	return optionsOf(p.Language, "", campaign.APIScopes)
}

// Expired reports whether a token lets nobody in any more.
func (p *apiTokensPage) Expired(t campaign.APIToken) bool { return !p.Now.Before(t.ExpiresAt) }

func (s *apiTokenPages) page(v *visit) (*apiTokensPage, error) {
	p := &apiTokensPage{Page: v.page("reports", "Tokens for programs"), Form: apiTokenForm{Scope: string(campaign.ReadReports), Days: "90"}}
	p.Example = s.BaseURL + "/api/reports/period?month=" + s.reports.lastMonth(v).Format("2006-01")
	var err error
	p.Tokens, err = s.store.FindAPITokens(v.ctx())
	return p, err
}

func (s *apiTokenPages) create(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	var faults campaign.Checks
	days := countIn(&faults, "days", p.Form.Days)
	if err = campaign.Together(faults...); err == nil {
		p.Secret, err = s.store.CreateAPIToken(v.ctx(), p.Form.Name, campaign.APIScope(p.Form.Scope), days)
	}
	if err != nil {
		return v.refused(err, "api_tokens", p)
	}
	if p.Tokens, err = s.store.FindAPITokens(v.ctx()); err != nil {
		return err
	}
	v.Header("Cache-Control", "no-store")
	return v.show("api_tokens", p)
}

func (s *apiTokenPages) delete(v *visit) error {
	if err := campaign.UnlessMissing(s.store.DeleteAPIToken(v.ctx(), v.Param("id"))); err != nil {
		return err
	}
	return v.done("/api-tokens", "The token is ended.")
}

// report answers a program with a report, as JSON or CSV.
func (s *apiTokenPages) report(v *visit) error {
	v.Header("Cache-Control", "no-store")
	body, format, err := s.answer(v)
	if err == nil {
		v.Data(http.StatusOK, format.ContentType(), body)
		return nil
	}
	status := map[campaign.Code]int{
		campaign.Invalid: http.StatusBadRequest, campaign.NotFound: http.StatusNotFound, campaign.Forbidden: http.StatusForbidden, campaign.Unauthenticated: http.StatusUnauthorized,
	}[campaign.CodeOf(err)]
	if errors.Is(err, errCounting) {
		status = http.StatusServiceUnavailable
		v.Header("Retry-After", "10")
	}
	if status == 0 {
		return err
	}
	if status == http.StatusUnauthorized {
		v.Header("WWW-Authenticate", `Bearer realm="glasnik"`)
	}
	v.JSON(status, map[string]string{"error": templates.SentenceOf(campaign.English, err)})
	return nil
}

func (s *apiTokenPages) answer(v *visit) ([]byte, report.Format, error) {
	secret, ok := strings.CutPrefix(v.GetHeader("Authorization"), "Bearer ")
	if !ok {
		return nil, "", campaign.Errorf(campaign.Unauthenticated, "send a token as “Authorization: Bearer …”")
	}
	if _, err := s.store.UseAPIToken(v.ctx(), strings.TrimSpace(secret), campaign.ReadReports); err != nil {
		return nil, "", err
	}
	format, err := report.ParseFormat(cmp.Or(v.Query("format"), string(report.JSON)))
	if err != nil {
		return nil, "", err
	}
	if format != report.JSON && format != report.CSV {
		return nil, "", campaign.FieldError("format", "programs get a report as json or csv")
	}
	q, err := s.reports.askedBy(v, v.Param("scope"))
	if err != nil {
		return nil, "", err
	}
	r, err := s.reports.made.get(v.ctx(), s.reports.store, q, false, apiPatience)
	if err != nil {
		return nil, "", err
	}
	l := cmp.Or(oneOf(v.Query("language"), campaign.Languages), campaign.English)
	out, err := report.Write(&r, report.Options{Language: l}, format, v.Query("table"), 0)
	return out, format, err
}

// askedBy reads which report a program asks for.
func (s *reportPages) askedBy(v *visit, scope string) (campaign.ReportRequest, error) {
	switch campaign.ReportScope(scope) {
	case campaign.ReleaseReport, campaign.ActionReport:
		return campaign.ReportRequest{Scope: campaign.ReportScope(scope), Of: v.Query("id"), Zone: s.zone}, nil
	case campaign.PeriodReport:
		if v.Query("month") != "" {
			return campaign.MonthReport(v.Query("month"), s.zone)
		}
		return campaign.DaysReport(v.Query("from"), v.Query("until"), s.zone)
	}
	return campaign.ReportRequest{}, campaign.Errorf(campaign.NotFound, "a report is of a release, a period or an action")
}
