package io.sunaba.tck.hypervisor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A guest of a few bytes of real-mode code in the shape of a Linux kernel: up in a moment, and
/// enough to play every part of a guest that the hypervisor sees.
///
/// Sources: the Linux boot protocol for the header; QEMU's docs/specs/acpi_pci_hotplug.txt for the
/// ports of device removal.
public final class TinyKernel {
    private static final int SETUP_SECTORS = 4;
    private static final int SECTOR = 512;
    private static final int CODE = 0x280;

    private static final int SERIAL_PORT = 0x3f8;
    private static final int POWER_PORT = 0x604;
    private static final int KEYBOARD_PORT = 0x64;
    private static final int HOTPLUG_DOWN_PORT = 0xcc4;
    private static final int HOTPLUG_EJECT_PORT = 0xcc8;
    private static final int HOTPLUG_SELECT_PORT = 0xcd0;

    private final ByteArrayOutputStream code = new ByteArrayOutputStream();

    /// Prints a line on the serial port.
    public TinyKernel print(String line) {
        moveDx(SERIAL_PORT);
        for (byte letter : (line + "\r\n").getBytes(StandardCharsets.US_ASCII)) {
            emit(0xb0, letter); // mov al, letter
            emit(0xee); // out dx, al
        }
        return this;
    }

    /// Stays up, and lets go of every device that it is asked to.
    public TinyKernel stay() {
        int scan = code.size();
        emit(0x66, 0x31, 0xc9); // xor ecx, ecx
        int next = code.size();
        moveDx(HOTPLUG_SELECT_PORT);
        emit(0x66, 0x89, 0xc8); // mov eax, ecx
        emit(0x66, 0xef); // out dx, eax
        moveDx(HOTPLUG_DOWN_PORT);
        emit(0x66, 0xed); // in eax, dx
        emit(0x66, 0x85, 0xc0); // test eax, eax
        emit(0x74, 5); // jz over the two that follow
        moveDx(HOTPLUG_EJECT_PORT);
        emit(0x66, 0xef); // out dx, eax
        emit(0x66, 0x41); // inc ecx
        emit(0x83, 0xf9, 64); // cmp cx, 64
        emit(0x72, next - code.size() - 2); // jb next
        emit(0xfb, 0xf4); // sti, hlt: until the next tick of the clock
        emit(0xeb, scan - code.size() - 2); // jmp scan
        return this;
    }

    /// Stays up and prints the alphabet, over and over, a letter at each tick of the clock. Which
    /// letter it has come to is kept in memory.
    public TinyKernel count() {
        emit(0x26, 0xc6, 0x06, 0x00, 0x90, 'a'); // mov byte [es:0x9000], 'a'
        moveDx(SERIAL_PORT);
        int next = code.size();
        emit(0x26, 0xa0, 0x00, 0x90); // mov al, [es:0x9000]
        emit(0xee); // out dx, al
        emit(0x26, 0xfe, 0x06, 0x00, 0x90); // inc byte [es:0x9000]
        emit(0x3c, 'z'); // cmp al, 'z'
        emit(0x75, 6); // jne over the one that follows
        emit(0x26, 0xc6, 0x06, 0x00, 0x90, 'a'); // mov byte [es:0x9000], 'a'
        emit(0xfb, 0xf4); // sti, hlt: until the next tick of the clock
        emit(0xeb, next - code.size() - 2); // jmp next
        return this;
    }

    /// Has the machine power itself off.
    public TinyKernel powerOff() {
        moveDx(POWER_PORT);
        emit(0xb8, 0x00, 0x20); // mov ax, 0x2000
        emit(0xef); // out dx, ax
        return stay();
    }

    /// Resets the machine.
    public TinyKernel reset() {
        emit(0xb0, 0xfe); // mov al, 0xfe
        emit(0xe6, KEYBOARD_PORT); // out KEYBOARD_PORT, al
        return stay();
    }

    /// Writes the kernel to a file.
    public void write(Path file) throws IOException {
        byte[] image = new byte[(SETUP_SECTORS + 1) * SECTOR + 4096];
        ByteBuffer header = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        header.put(0x1f1, (byte) SETUP_SECTORS);
        header.putShort(0x1fe, (short) 0xaa55);
        header.put(0x200, (byte) 0xeb); // jmp CODE
        header.put(0x201, (byte) (CODE - 0x202));
        header.putInt(0x202, 0x53726448); // HdrS
        header.putShort(0x206, (short) 0x0203);
        header.put(0x211, (byte) 1); // loaded high
        header.putInt(0x22c, 0x37ffffff); // the highest address of an initial RAM disk
        header.put(CODE, code.toByteArray());
        Files.write(file, image);
    }

    private void moveDx(int port) {
        emit(0xba, port & 0xff, port >> 8);
    }

    private void emit(int... bytes) {
        for (int value : bytes) {
            code.write(value);
        }
    }
}
