"""The administrative tree of Shandong with validity dates: province, cities, counties, development zones, townships."""
