<html><body>您访问的页面不存在</body></html>
