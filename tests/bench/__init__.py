"""``make bench``: what a page costs us, beside plain Scrapy, scrapy-redis and a bare crawler.

    python -m tests.bench --repeat 3 --sites 20 --pages 60 --only a,g

``pages`` writes the sites, ``server`` serves them from a process of its own, ``crawlers`` are the four that crawl them, ``meter``
counts and calibrates inside each, ``runs`` starts them one after another and checks that each read every page once, ``table`` says what
came out.

Counted is the CPU time of the crawlers' processes: not the web server's, and not that of Redis and MongoDB, which b and g use.
"""
