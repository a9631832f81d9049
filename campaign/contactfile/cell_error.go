package contactfile

import (
	"slices"
	"strings"
	"sync"
)

// cellErrors are what spreadsheets write where a formula has no result, in the languages of those who send lists.
var cellErrors = sync.OnceValue(func() []string {
	list := strings.Fields("#N/A #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #BUSY! #UNKNOWN! #GETTING_DATA " +
		"#PYTHON! #EXTERNAL! #TIMEOUT! #ERROR! " +
		"#N/D #VREDNOST! #IME? #BROJ! #NULA! #Н/Д #ВРЕДНОСТ! #ИМЕ? #БРОЈ! " + // Serbian
		"#VRIJ! #VRIJEDNOST! #NAZIV? #DIJ/0! #VREDN! #ŠTEV! " + // Croatian, Slovenian
		"#VALEUR! #NOM? #NOMBRE! #NUL! #PROPAGATION! #CHAMP! " + // French
		"#NV #WERT! #BEZUG! #ZAHL! #ÜBERLAUF! #KALK! " + // German
		"#VALORE! #RIF! #NOME? #NULLO! #¡VALOR! #¡REF! #¿NOMBRE? #¡NUM! #¡NULO! #¡DIV/0! #VALOR! #NÚM! #NULO! " +
		"#ЗНАЧ! #ССЫЛКА! #ИМЯ? #ЧИСЛО! #ПУСТО! #ДЕЛ/0! #ARG! #ADR! #NAZWA? #LICZBA! #ZERO! #DZIEL/0! #N/D! " +
		"#HIÁNYZIK #ÉRTÉK! #HIV! #NÉV? #SZÁM! #NULLA! #ZÉRÓOSZTÓ! #N/B #WAARDE! #VERW! #NAAM? #GETAL! #LEEG! #DEEL/0!")
	slices.Sort(list)
	return list
})

// isError reports whether a cell holds an error of a spreadsheet, or the signs of a column that was too narrow to show it.
func isError(cell string) bool {
	switch {
	case len(cell) < 3 || len(cell) > 24:
		return false
	case cell[0] == '#':
		if strings.Trim(cell, "#") == "" {
			return true
		}
		_, found := slices.BinarySearch(cellErrors(), strings.ToUpper(cell))
		return found
	case strings.HasPrefix(cell, "Err:"): // LibreOffice
		return len(cell) == len("Err:502") && strings.Trim(cell[len("Err:"):], "0123456789") == ""
	}
	return false
}
