package importer

import (
	"strings"
	"testing"

	"tallystick/client/importer/cell"
)

func TestLayouts(t *testing.T) {
	for layout, date := range map[string]string{
		"2006-01-02": "2026-11-03", "yyyy-MM-dd": "2026-11-03", "yyyy-mm-dd": "2026-11-03", "YYYY/MM/DD": "2026/11/03",
		"yyyy/M/d": "2026/11/3", "d.M.yy": "3.11.26",
		"yyyy年M月d日": "2026年11月3日", "yyyy-MM-dd HH:mm:ss": "2026-11-03 07:08:09", "yyyy/M/d H:mm": "2026/11/3 7:08",
		"yyyyMMdd":    "20261103",
		"dd-MMM-yyyy": "03-Nov-2026", "MM/dd/yyyy hh:mm a": "11/03/2026 07:08 AM",
		"yyyy-mm-dd HH:mm": "2026-11-03 07:08", "02.01.2006": "03.11.2026",
		"yyyy-MM-ddTHH:mm:ss": "2026-11-03T07:08:09",
	} {
		m := load(t, strings.Replace(mappingText, "2006-01-02 15:04:05", layout, 1))
		if day, err := cell.Day(m.layout, date); err != nil || day.Format("2006-01-02") != "2026-11-03" {
			t.Errorf("%s: %s, %v", layout, day, err)
		}
		if _, err := cell.Day(m.layout, "2026-13-45"); err == nil {
			t.Errorf("%s: a date that is none was read", layout)
		}
	}
	wide := load(t, strings.Replace(mappingText, "2006-01-02 15:04:05", "yyyy-MM-dd", 1))
	if day, err := cell.Day(wide.layout, "２０２６-11-０3"); err != nil || day.Day() != 3 {
		t.Errorf("wide digits: %s, %v", day, err)
	}
	for _, layout := range []string{"yyyy-MM", "someday", "HH:mm", "2006-01", "15:04", "%Y-%m-%d", "dd.MM",
		"2027-12-31", "yyyy-dd", "-"} {
		text := strings.Replace(mappingText, "2006-01-02 15:04:05", layout, 1)
		if _, err := loadText(t, text); err == nil || !strings.Contains(err.Error(), "yyyy-MM-dd") {
			t.Errorf("%s: %v", layout, err)
		}
	}
}

// Without a layout every date with the year in front is the day that it says, in one file too; with one, only it is
// taken.
func TestDatesOfThreeClerks(t *testing.T) {
	mapping := "kind: awards\nsource: a\ncolumns: {member: c, amount: a, date: d}\nchannels: [shop]\nprogramme: DP\nrate: \"1\"\nexpires: {days: 1}\n"
	for text, want := range map[string]string{
		"2026-11-03": "2026-11-03", "2026/11/3": "2026-11-03", "2026.11.03": "2026-11-03", "2026年11月3日": "2026-11-03",
		"20261103":        "2026-11-03",
		"2026/11/3 13:05": "2026-11-03", "2026-11-03T13:05:00": "2026-11-03", "２０２６年11月3日": "2026-11-03",
		"2026-11-03 13:05:09": "2026-11-03",
		"03/11/2026":          "", "3.11.2026": "", "26/11/3": "", "2026-02-30": "", "2026-13-01": "", "2026-11": "",
		"46329": "", "2026-11-3x": "",
	} {
		free, said := load(t, mapping), load(t, mapping+"layout: yyyy-MM-dd\n")
		for name, m := range map[string]*Mapping{"free": free, "said": said} {
			l := &line{names: &columns{}}
			l.parts[partDate] = text
			day, err := m.day(l, partDate)
			taken := want
			if name == "said" && text != "2026-11-03" {
				taken = ""
			}
			if day.String() != taken || (err == nil) != (taken != "") {
				t.Errorf("%s, %s: %s, %v, want %s", name, text, day, err, taken)
			}
		}
	}
}
