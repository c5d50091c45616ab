package i18n

import (
	"fmt"
	"io/fs"
	"sort"
	"strings"
)

// word is a term that Taiwan does not use, and the one it uses.
type word struct {
	foreign, taiwan string
	but             []string // longer terms that are right although they hold foreign
}

// foreignWords lists terms from elsewhere that slip into translations. 程序 is
// right as a procedure of law, 登錄 as entry in a register, 保存 as keeping a
// record; so only their technical compounds are listed.
func foreignWords() []word {
	return []word{
		{"數據", "資料", []string{"數據機"}},
		{"信息", "資訊", []string{"不信息", "相信息"}},
		{"用戶", "使用者", []string{"戶用戶", "用戶政", "用戶籍", "用戶口", "用戶名簿"}},
		{"默認", "預設", nil},
		{"質量", "品質", []string{"物質量"}},
		{"網絡", "網路", nil},
		{"程序員", "程式設計師", nil},
		{"應用程序", "應用程式", nil},
		{"程序碼", "程式碼", nil},
		{"計算機程序", "電腦程式", nil},
		{"登錄帳", "登入帳", nil},
		{"登錄系統", "登入系統", nil},
		{"登錄密碼", "登入密碼", nil},
		{"請登錄", "請登入", nil},
		{"請先登錄", "請先登入", nil},
		{"重新登錄", "重新登入", nil},
		{"保存檔案", "儲存檔案", nil},
		{"保存設定", "儲存設定", nil},
		{"已保存", "已儲存", nil},
		{"點擊", "按一下 or 點選", nil},
		{"鏈接", "連結", nil},
		{"鏈結網址", "連結網址", nil},
		{"文件夾", "資料夾", nil},
		{"視頻", "影片", nil},
		{"音頻", "音訊", nil},
		{"軟件", "軟體", nil},
		{"硬件", "硬體", nil},
		{"服務器", "伺服器", nil},
		{"界面", "介面", nil},
		{"屏幕", "螢幕", nil},
		{"賬", "帳", nil},
		{"鼠標", "滑鼠", nil},
		{"打印", "列印", nil},
		{"短信", "簡訊", nil},
		{"郵箱", "電子郵件信箱", nil},
		{"搜索", "搜尋", nil},
		{"加載", "載入", nil},
		{"上載", "上傳", nil},
		{"字節", "位元組", nil},
		{"字符", "字元", nil},
		{"緩存", "快取", nil},
		{"在線", "線上", []string{"在線上"}},
		{"互聯網", "網際網路", nil},
		{"移動端", "行動裝置", nil},
		{"數據庫", "資料庫", nil},
		{"接口", "介面", nil},
		{"優化", "最佳化 or 改善", nil},
		{"通過驗證碼", "以驗證碼", nil},
	}
}

// simplified holds characters that exist only in the simplified script and are
// frequent, so that a sentence pasted from elsewhere is seen. Characters that
// Taiwan also uses (台, 里, 后, 只, 面, 几, 云 …) are not among them.
const simplified = "们这个说时国会来对发现经业长问门进动还过产关开头见车书东乐习买卖乱云争亏亚亲仅从仓仪价众优伙伟传伤伦体债倾储儿兑兰兴养兽写军农冯冲决况冻净凉减凤凭凯击划刘则刚创删别剂剑剧劝办务动劲劳势勋区医华协单卖卢卫历厅压厌厕县参双变叙叹吓吗听启吴呐员响哟唤啸喷嘱团园围图圆圣场坏块坚坛坝坟坠垄垒垦埋墙壮声处备复够夹夺奋奖妇妈娱婴孙学宁宝实宠审宪宫宽宾寝对寻导寿将尔尘尝层屉届属岁岂岗岛岭币师帐帜带帮库应庙废张弯弹强归录彻忆忧怀态怜总恋恳恶恼悬惊惧惨惯愿懒戏战户扑执扩扫扬扰抚抛抢护报担拟拥拦拨择挂挡挣挤挥损捡换掷搀搁搅携摄摆摇撑敌数斋斗断无旧显晋晓晕暂术机杀杂权条极构枪柜标栈栋栏树样档桥检楼横欢欧残毁毕毙毡气汇汉汤沟没沪泪泻泼泽洁浅浆浇测济浓涂涌涛涝润涨涩渊渐渔温湾湿滚满滤滥滨滩潜灭灯灵灾灿炉点炼烂烛烟烦烧热爱爷牵牺状犹狱独狭猎猪献环现玛电疗疯痒瘫癣盏盐监盖盘睁矫矿码砖础硕确碍礼祸离种积称稳窃窜竞笔笋筑签简粮紧纠红纤约级纪纯纲纳纵纷纸纹纺线练组细织终绍经结绕给络绝统继绩续维绵综绿缓编缘缩缴网罗罚职联聋肃肠肤肾肿胀胁胜脉脏脑脚脱脸腊腻舆舰艰艺节芦苏茎荐荡荣药莲获营萧萨蓝虏虑虚虫虽蚀蚁蚂蛮蝇补衬袜袭装裤规视览觉触计订认讨让训议讯记讲许论设访证评识诉词译试诗诚话详语误请诸读课谁调谈谋谓谢谱贝负责败货质购费贺资赋赏赔赖赛赞赢赶趋跃践踪轨转轮软轻载较辅辆辈输辞边达迁运远违连迟适选递逻遗邓邻郑酱释针钉钓钟钢钥钱钻铁铃铅铜银铺链销锁锅错锋锡键镇镜闪闭闯间闲闷闹闻阀阁阅队阳阴阵阶际陆陈险随隐难雾静韩页顶项顺须顾顿预领颇频颗题颜额风飞饭饮饰饱饼馆驱驴驶驻驾骂骄验骑骗骤鱼鲁鲜鸟鸡鸣鸭鸿鹅鹰麦黄齐齿龄龙龟"

// TaiwanWords returns the terms of the zh-TW file of one part, and of its
// English file the Han ones, that are not Taiwan's, each with the word to use.
func TaiwanWords(part fs.FS) []string {
	c, err := Load(onlyLang{part, ZhTW})
	if err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	for key, p := range c.pieces[ZhTW] {
		for _, w := range ForeignWords(p.one + "\n" + p.other) {
			wrong = append(wrong, key+": "+w)
		}
	}
	sort.Strings(wrong)
	return wrong
}

// ForeignWords returns what in a text of Taiwan's Chinese is not Taiwan's.
func ForeignWords(text string) []string {
	var wrong []string
	for _, w := range foreignWords() {
		rest := text
		for _, right := range w.but {
			rest = strings.ReplaceAll(rest, right, "")
		}
		if strings.Contains(rest, w.foreign) {
			wrong = append(wrong, fmt.Sprintf("%s: write %s", w.foreign, w.taiwan))
		}
	}
	for _, r := range text {
		if r > 0x7f && strings.ContainsRune(simplified, r) {
			wrong = append(wrong, fmt.Sprintf("%c is a simplified character", r))
		}
	}
	return wrong
}
