"""Columns whose entries a script draws, in the manner of the frameworks that government sites use; where they come from can't be read."""

from __future__ import annotations

import json

ENTRIES = [
    {"title": "关于开展第二季度安全生产检查的通知", "url": "/c/1.html", "day": "2018-05-30"},
    {"title": "关于公布本年度第一批项目名单的公告", "url": "/c/2.html", "day": "2018-05-21"},
    {"title": "关于做好防汛抗旱工作的紧急通知", "url": "/c/3.html", "day": "2018-04-17"},
]
DATA = json.dumps({"rows": ENTRIES}, ensure_ascii=False)
CRUMB = '<div class="crumb">您现在的位置：<a href="/">首页</a> &gt; <a href="/tzgg/">通知公告</a></div>'
#: What is left of Vue when the rest is taken away: a template, filled again whenever the data change.
VUE = """
function Vue(o){var el=document.querySelector(o.el),html=el.innerHTML,self=this;
 this.show=function(){el.innerHTML=html.replace(/<li v-for[^]*?<\\/li>/,function(li){
  var one=li.replace(/ v-[a-z-]+="[^"]*"/,'');
  return self.rows.map(function(r){return one.replace(/\\{\\{ ?r\\.(\\w+) ?\\}\\}/g,function(_,k){return r[k]})}).join('')})};
 Object.assign(this,o.data);o.mounted.call(this)}
"""
VUE_PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>通知公告</title>
<link rel="stylesheet" href="/css/app.css"><script src="/js/vue.min.js"></script></head><body>{CRUMB}
<div id="app"><ul class="list"><li v-for="r in rows"><a href="{{{{ r.url }}}}">{{{{ r.title }}}}</a><span>{{{{ r.day }}}}</span></li></ul></div>
<script>new Vue({{el:'#app',data:{{rows:[]}},mounted:function(){{var self=this;self.show();
fetch(['','api','list'].join('/')+'?column=3').then(function(a){{return a.json()}}).then(function(d){{
setTimeout(function(){{self.rows=d.rows;self.show()}},800)}})}}}})</script></body></html>"""

ANGULAR = """
var angular={controller:function(scope,url){var li=document.querySelector('[ng-repeat]'),x=new XMLHttpRequest();
 x.open('POST',url);x.setRequestHeader('Content-Type','application/json');
 x.onload=function(){JSON.parse(x.responseText).rows.forEach(function(r){var one=li.cloneNode(true);
  one.querySelector('a').href=r.url;one.querySelector('a').textContent=r.title;one.querySelector('span').textContent=r.day;
  li.parentNode.insertBefore(one,li)});li.remove()};
 x.send(JSON.stringify({column:scope}))}};
"""
ANGULAR_PAGE = f"""<!DOCTYPE html><html ng-app="portal"><head><meta charset="utf-8"><title>通知公告</title>
<script src="/js/angular.js"></script></head><body>{CRUMB}
<div ng-controller="list"><ul><li ng-repeat="r in rows"><a ng-href="{{{{r.url}}}}">{{{{r.title}}}}</a> <span>{{{{r.day}}}}</span></li></ul></div>
<script>angular.controller(3,['','api','list'].join('/'))</script></body></html>"""

EMPTY = json.dumps({"rows": []})
#: Says 暂无数据 where the data are empty.
SPARSE_PAGE = VUE_PAGE.replace(
    "self.rows=d.rows;self.show()", "document.querySelector('#app').innerHTML='<p>暂无数据</p>'"
)


#: A home page of two lists, each asked for by itself; and an old one that stands in its source.
TWO_LISTS_PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>测试网站</title></head><body>
<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/tzgg/">通知公告</a></li><li><a href="/zcwj/">政策文件</a></li></ul></div>
<div class="zt"><ul><li><a href="/z/1.html">测试县行政规范性文件管理办法</a><span>2015-03-01</span></li></ul></div>
<div id="laws"></div><div id="news"></div>
<script>function ask(what){fetch(['','api',what].join('/'),{method:'POST',body:'n=5'}).then(function(a){return a.json()}).then(function(d){
document.getElementById(what).innerHTML='<ul>'+d.rows.map(function(r){return '<li><a href="'+r.url+'">'+r.title+'</a><span>'+r.day+'</span></li>'}).join('')
+'</ul>'})}ask('laws');ask('news')</script></body></html>"""
REFUSED = json.dumps({"code": 401, "msg": "token"})
OLD = json.dumps(
    {"rows": [{"title": "测试县重大行政决策程序规定", "url": "/z/2.html", "day": "2016-01-02"}]}, ensure_ascii=False
)
