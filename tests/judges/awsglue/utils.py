def getResolvedOptions(argv, names):
    return {name: argv[argv.index("--" + name) + 1] for name in names}
