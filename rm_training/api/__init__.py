"""The training API: serializers give the shape; views parse, call and render."""
