def getResolvedOptions(argv, names):
    # The run's id is given unasked.
    names = [*names, "JOB_RUN_ID"] if "--JOB_RUN_ID" in argv else names
    return {name: argv[argv.index("--" + name) + 1] for name in names}
