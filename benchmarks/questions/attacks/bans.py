"""What fail2ban would have banned: its own filters and counting, told the lines of a log at the times that they have.

Arguments: a folder of its configuration, and a log. Prints JSON: its version, and what it would have banned.
"""

import datetime
import json
import sys

from fail2ban.client.configurator import Configurator
from fail2ban.server.mytime import MyTime
from fail2ban.server.server import Server
from fail2ban.version import version

# What acts upon bans, and who reads the log: neither is here.
NOT_HERE = ("addaction", "action", "addlogpath", "start")
MIDNIGHTS = {}


def time_of(line):
    text = line[line.index("[") + 1 : line.index("]")]
    day = text[:11]
    if day not in MIDNIGHTS:
        date = datetime.datetime.strptime(day + " +0000", "%d/%b/%Y %z")
        MIDNIGHTS[day] = date.timestamp()
    hours, minutes, seconds = (int(part) for part in text[12:20].split(":"))
    return MIDNIGHTS[day] + hours * 3600 + minutes * 60 + seconds


def jails_of(folder):
    configurator = Configurator()
    configurator.setBaseDir(folder)
    configurator.readAll()
    configurator.getOptions()
    configurator.convertToProtocol(allow_no_files=True)
    server = Server(daemon=False)
    names = []
    for command in configurator.getConfigStream():
        if command[0] == "add":
            names.append(command[1])
        elif command[0] not in ("set", "multi-set") or command[1] not in names:
            continue
        elif command[2] in NOT_HERE:
            continue
        code, answer = server._Server__transm.proceed(command)
        if code != 0:
            raise RuntimeError("%r: %s" % (command, answer))
    return {name: server._Server__jails[name] for name in names}


def bans_of(name, jail, path):
    ends = {}
    with open(path) as log:
        for number, line in enumerate(log, 1):
            now = time_of(line)
            # The packets of whoever is banned do not arrive.
            if ends.get(line[: line.index(" ")], 0) >= now:
                continue
            MyTime.setTime(now)
            jail.filter.processLineAndAdd(line.rstrip("\n"))
            for ip in failed(jail):
                seconds = jail.actions.getBanTime()
                ends[ip] = now + seconds
                yield {"jail": name, "ip": ip, "line": number, "at": now, "for": seconds}


def failed(jail):
    while ticket := jail.getFailTicket():
        yield str(ticket.getID())


def main(folder, path):
    jails = jails_of(folder).items()
    bans = [ban for name, jail in jails for ban in bans_of(name, jail, path)]
    bans.sort(key=lambda ban: ban["line"])
    print(json.dumps({"version": version, "bans": bans}))


main(*sys.argv[1:])
