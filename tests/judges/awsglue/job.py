"""The bookmark: what a run has read counts as seen when the job commits."""


class Job:
    def __init__(self, context):
        self.context = context

    def init(self, name, arguments):
        self.context.bookmark.begin()

    def commit(self):
        self.context.bookmark.commit()
