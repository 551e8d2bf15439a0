package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.LinuxBlockIO;
import io.sunaba.guest.protocol.LinuxCPU;
import io.sunaba.guest.protocol.LinuxDeviceCgroup;
import io.sunaba.guest.protocol.LinuxMemory;
import io.sunaba.guest.protocol.LinuxResources;
import io.sunaba.guest.protocol.LinuxThrottleDevice;
import java.util.List;
import java.util.Map;

/// Limits of a container, as crun reads them at its creation and for an update. Zero is no limit.
final class OciResources {
    private OciResources() {}

    static Json resources(LinuxResources resources) {
        return new Json()
                .put(
                        "devices",
                        resources.getDevicesList().stream().map(OciResources::device).toList())
                .put("memory", memory(resources.getMemory()))
                .put("cpu", cpu(resources.getCPU()))
                .put("unified", unified(resources.getCPU()))
                .put("pids", new Json().put("limit", resources.getPids().getLimit()))
                .put("blockIO", blockIo(resources.getBlockIO()))
                .put(
                        "hugepageLimits",
                        resources.getHugepageLimitsList().stream()
                                .map(limit ->
                                        new Json()
                                                .put("pageSize", limit.getPagesize())
                                                .putUnsigned("limit", limit.getLimit()))
                                .toList());
    }

    /// A major or minor number of 0 or less means any, as Kata's hosts send it.
    private static Json device(LinuxDeviceCgroup device) {
        Json json = new Json();
        json.putAlways("allow", device.getAllow());
        json.put("type", device.getType());
        if (device.getMajor() > 0) {
            json.put("major", device.getMajor());
        }
        if (device.getMajor() > 0 && device.getMinor() >= 0) {
            json.putAlways("minor", device.getMinor());
        }
        json.put("access", device.getAccess());
        return json;
    }

    private static Json memory(LinuxMemory memory) {
        return new Json()
                .put("limit", memory.getLimit())
                .put("reservation", memory.getReservation())
                .put("swap", memory.getSwap());
    }

    private static Json cpu(LinuxCPU cpu) {
        Json json = new Json();
        if (cpu.getQuota() >= 0) {
            json.put("quota", cpu.getQuota()).putUnsigned("period", cpu.getPeriod());
        }
        return json.putUnsigned("shares", cpu.getShares())
                .put("cpus", cpu.getCpus())
                .put("mems", cpu.getMems());
    }

    /// That there is no quota any more: crun does nothing about a negative one.
    private static Map<String, String> unified(LinuxCPU cpu) {
        if (cpu.getQuota() >= 0) {
            return Map.of();
        }
        String period = cpu.getPeriod() == 0 ? "" : " " + Long.toUnsignedString(cpu.getPeriod());
        return Map.of("cpu.max", "max" + period);
    }

    private static Json blockIo(LinuxBlockIO io) {
        return new Json()
                .put("weight", io.getWeight())
                .put("throttleReadBpsDevice", throttles(io.getThrottleReadBpsDeviceList()))
                .put("throttleWriteBpsDevice", throttles(io.getThrottleWriteBpsDeviceList()))
                .put("throttleReadIOPSDevice", throttles(io.getThrottleReadIOPSDeviceList()))
                .put("throttleWriteIOPSDevice", throttles(io.getThrottleWriteIOPSDeviceList()));
    }

    private static List<Json> throttles(List<LinuxThrottleDevice> devices) {
        return devices.stream()
                .map(device ->
                        new Json()
                                .putAlways("major", device.getMajor())
                                .putAlways("minor", device.getMinor())
                                .putUnsigned("rate", device.getRate()))
                .toList();
    }
}
