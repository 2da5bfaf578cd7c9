document.write('<div class="menu"><ul>');
document.write('<li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li>' + '<li><a href="/bsfw/">办事服务</a></li>');
document.writeln("</ul></div>");
