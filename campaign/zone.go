package campaign

import (
	"cmp"
	"strings"
	"sync"
)

// countryColumns are the names, folded, of attributes that say in which country a contact is.
var countryColumns = map[string]bool{"country": true, "country code": true, "drzava": true, "zemlja": true, "pays": true, "code pays": true}

// zonesOfCountries are the time zones of countries that have one, by code, and by their names in English, French and Serbian.
var zonesOfCountries = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(countryZones)) {
		names := strings.Split(strings.TrimSpace(line), "|")
		for _, name := range names[1:] {
			all[Fold(name)] = names[0]
		}
	}
	return all
})

// countryZones is of the IANA data (zone1970.tab) as of 2025.
const countryZones = `
Europe/Belgrade|RS|Serbia|Serbie|Srbija|Republika Srbija
Europe/Podgorica|ME|Montenegro|Monténégro|Crna Gora
Europe/Sarajevo|BA|Bosnia and Herzegovina|Bosnia|Bosnie-Herzégovine|Bosna i Hercegovina|BiH
Europe/Zagreb|HR|Croatia|Croatie|Hrvatska
Europe/Ljubljana|SI|Slovenia|Slovénie|Slovenija
Europe/Skopje|MK|North Macedonia|Macédoine du Nord|Severna Makedonija
Europe/Tirane|AL|Albania|Albanie|Albanija
Europe/Belgrade|XK|Kosovo|Kosovo*
Europe/Paris|FR|France|Francuska
Europe/Brussels|BE|Belgium|Belgique|Belgija
Europe/Luxembourg|LU|Luxembourg|Luksemburg
Europe/Amsterdam|NL|Netherlands|The Netherlands|Pays-Bas|Holandija
Europe/Berlin|DE|Germany|Allemagne|Nemačka
Europe/Vienna|AT|Austria|Autriche|Austrija
Europe/Zurich|CH|Switzerland|Suisse|Švajcarska
Europe/Rome|IT|Italy|Italie|Italija
Europe/Athens|GR|Greece|Grèce|Grčka
Europe/Sofia|BG|Bulgaria|Bulgarie|Bugarska
Europe/Bucharest|RO|Romania|Roumanie|Rumunija
Europe/Budapest|HU|Hungary|Hongrie|Mađarska
Europe/Prague|CZ|Czechia|Czech Republic|Tchéquie|Češka
Europe/Bratislava|SK|Slovakia|Slovaquie|Slovačka
Europe/Warsaw|PL|Poland|Pologne|Poljska
Europe/Vilnius|LT|Lithuania|Lituanie|Litvanija
Europe/Riga|LV|Latvia|Lettonie|Letonija
Europe/Tallinn|EE|Estonia|Estonie|Estonija
Europe/Helsinki|FI|Finland|Finlande|Finska
Europe/Stockholm|SE|Sweden|Suède|Švedska
Europe/Oslo|NO|Norway|Norvège|Norveška
Europe/Copenhagen|DK|Denmark|Danemark|Danska
Europe/Dublin|IE|Ireland|Irlande|Irska
Europe/London|GB|UK|United Kingdom|Great Britain|Royaume-Uni|Ujedinjeno Kraljevstvo|Velika Britanija
Atlantic/Reykjavik|IS|Iceland|Islande|Island
Europe/Malta|MT|Malta|Malte
Asia/Nicosia|CY|Cyprus|Chypre|Kipar
Europe/Istanbul|TR|Türkiye|Turkey|Turquie|Turska
Europe/Chisinau|MD|Moldova|Moldavie|Moldavija
Europe/Kyiv|UA|Ukraine|Ukrajina
Asia/Tbilisi|GE|Georgia|Géorgie|Gruzija
Asia/Yerevan|AM|Armenia|Arménie|Jermenija
Asia/Baku|AZ|Azerbaijan|Azerbaïdjan|Azerbejdžan
Asia/Jerusalem|IL|Israel|Israël|Izrael
Africa/Cairo|EG|Egypt|Égypte|Egipat
Africa/Tunis|TN|Tunisia|Tunisie|Tunis
Africa/Algiers|DZ|Algeria|Algérie|Alžir
Africa/Casablanca|MA|Morocco|Maroc|Maroko
Asia/Kolkata|IN|India|Inde|Indija
Asia/Tokyo|JP|Japan|Japon
Asia/Shanghai|CN|China|Chine|Kina
Asia/Seoul|KR|South Korea|Corée du Sud|Južna Koreja
`

// ZoneOfCountry returns the time zone of a country that has one, by its code or its name; "" for any other.
func ZoneOfCountry(country string) string {
	return zonesOfCountries()[Fold(strings.TrimSpace(country))]
}

// ZoneName is the name of the contact's time zone: their own, else that of the country an attribute names; "" when neither says.
func (c *Contact) ZoneName() string {
	zone := c.Zone
	for name, value := range c.Attributes {
		if zone == "" && countryColumns[Fold(strings.TrimSpace(name))] {
			zone = cmp.Or(zone, ZoneOfCountry(value))
		}
	}
	return zone
}

// ParseZone reads the name of a time zone, in any case; "" is none.
func ParseZone(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || zoneNamed(name) {
		return name, nil
	}
	if known := ZoneOfCountry(name); known != "" {
		return known, nil
	}
	if near := zoneInCapitals(name); zoneNamed(near) {
		return near, nil
	}
	return "", FieldError("zone", "there is no time zone %q: write it as Europe/Belgrade", name)
}

// zones finds whether names are those of zones.
var zones Zones

func zoneNamed(name string) bool {
	return name != "Local" && (name == "UTC" || strings.Contains(name, "/")) && zones.Of(name, nil) != nil
}

// zoneInCapitals writes “europe/belgrade” and “America/new york” as the data does.
func zoneInCapitals(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == ' ' || r == '_' })
	capital := func(s string) string {
		if s == "" {
			return s
		}
		return strings.ToUpper(s[:1]) + s[1:]
	}
	for i, w := range words {
		parts := strings.Split(w, "/")
		for j := range parts {
			parts[j] = capital(parts[j])
		}
		words[i] = strings.Join(parts, "/")
	}
	return strings.Join(words, "_")
}
