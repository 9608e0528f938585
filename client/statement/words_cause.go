package statement

import "tallystick/chaincode/command"

// scenes are those that parties often agree on, and their Chinese names. A scene is a word of the
// parties' own: one that isn't here, and any in English, is called by it.
var scenes = []struct{ id, zh string }{
	{"retail", "零售"}, {"service", "服务"}, {"care", "养护"}, {"repair", "维修"}, {"parts", "配件"}, {"sales", "销售"},
	{"travel", "出行"},
	{"parking", "停车"}, {"charging", "充电"}, {"fuel", "加油"}, {"carwash", "洗车"}, {"rental", "租赁"}, {"rescue", "救援"},
	{"insurance", "保险"},
	{"finance", "金融"}, {"dining", "餐饮"}, {"hotel", "酒店"}, {"airport", "机场"}, {"mall", "商城"}, {"online", "线上"},
	{"offline", "线下"},
	{"delivery", "配送"}, {"gift", "礼品"}, {"lapse", "到期未用"},
}

// cause is what a command is called. Words begin with capitals or are Chinese, commands never do.
func (l Language) cause(name string) string {
	kind, known := command.KindNamed(name)
	if !known {
		return name
	}
	en, zh := kind.Words()
	return l.of(phrase{en, zh})
}

// causeOf reads what cause writes.
func (l Language) causeOf(word string) string {
	named := word
	command.Kinds(func(kind command.Kind, name string) {
		if l.cause(name) == word {
			named = name
		}
	})
	return named
}

// scene is what a scene is called.
func (l Language) scene(id string) string {
	for _, s := range scenes {
		if l == Chinese && s.id == id {
			return s.zh
		}
	}
	return id
}

// sceneOf reads what scene writes: an id has no Chinese letters.
func (l Language) sceneOf(word string) string {
	for _, s := range scenes {
		if l == Chinese && s.zh == word {
			return s.id
		}
	}
	return word
}
