document.write('<ul><li><a href="/art/2018/6/14/art_2_9.html">甲县召开全县防汛抗旱工作会议</a><span>2018-06-14</span></li>');
document.write('<li><a href="/art/2018/6/13/art_2_8.html">甲县开展食品安全专项检查行动</a><span>2018-06-13</span></li></ul>');
