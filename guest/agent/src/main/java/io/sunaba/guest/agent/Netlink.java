package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Asks the kernel about its network, and to change it (source: rtnetlink(7)).
///
/// The kernel has answered when a request has been sent, so nothing here waits. Not for several
/// threads.
final class Netlink implements AutoCloseable {
    static final int CREATE = 0x400;
    static final int EXCLUSIVE = 0x200;
    static final int REPLACE = 0x100;

    /// Groups of notifications.
    static final int NO_GROUP = 0;

    static final int LINK_GROUP = 1;

    /// Addresses in messages have a family.
    static final int AF_INET = 2;

    static final int AF_INET6 = 10;

    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int REQUEST = 1;
    private static final int ACKNOWLEDGE = 4;
    private static final int DUMP = 0x300;
    private static final int INTERRUPTED = 0x10;
    private static final int ACKNOWLEDGEMENT_HAS_TEXT = 0x200;
    private static final int ERROR = 2;
    private static final int DONE = 3;
    private static final int HEADER = 16;

    /// The error's number and the header of the request.
    private static final int ERROR_HEADER = Integer.BYTES + HEADER;

    private static final int ERROR_TEXT = 1;

    /// The kernel fills no more than this with one read.
    private static final int BUFFER = 32 << 10;

    /// What containers put into the network is theirs to choose, the agent's memory is not.
    private static final int MAX_DUMP = 8192;

    private static final int MAX_DUMP_BYTES = 1 << 20;

    private static final int TRIES = 10;

    /// A message of the kernel.
    static final class Message {
        private final int type;
        private final int flags;
        private final int sequence;
        private final byte[] content;

        private Message(int type, int flags, int sequence, byte[] content) {
            this.type = type;
            this.flags = flags;
            this.sequence = sequence;
            this.content = content;
        }

        int type() {
            return type;
        }

        /// The header of its kind, and the attributes. Not to be changed.
        byte[] content() {
            return content;
        }
    }

    private final SystemCalls calls;
    private final int socket;
    private final byte[] buffer = new byte[BUFFER];
    private int sequence;

    private Netlink(SystemCalls calls, int socket) {
        this.calls = calls;
        this.socket = socket;
    }

    /// @param group whose notifications are wanted
    static Netlink open(SystemCalls calls, int group) throws ErrnoException {
        int socket =
                calls.socket(
                        SystemCalls.AF_NETLINK,
                        SystemCalls.SOCK_RAW | SystemCalls.O_NONBLOCK,
                        NETLINK_ROUTE);
        try {
            calls.setOption(socket, SOL_NETLINK, NETLINK_CAP_ACK, 1);
            calls.setOption(socket, SOL_NETLINK, NETLINK_EXT_ACK, 1);
            // struct sockaddr_nl: family, padding, process (0 = any), groups.
            calls.bind(
                    socket,
                    ByteBuffer.allocate(12)
                            .order(ByteOrder.nativeOrder())
                            .putShort(0, (short) SystemCalls.AF_NETLINK)
                            .putInt(8, group)
                            .array());
            return new Netlink(calls, socket);
        } catch (Throwable e) {
            calls.close(socket);
            throw e;
        }
    }

    static int align(int length) {
        return length + 3 & ~3;
    }

    static int family(boolean v6) {
        return v6 ? AF_INET6 : AF_INET;
    }

    /// Takes a block of bytes apart.
    static List<Message> parse(byte[] block, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(block, 0, length).order(ByteOrder.nativeOrder());
        List<Message> messages = new ArrayList<>();
        int at = 0;
        while (length - at >= HEADER) {
            int size = bytes.getInt(at);
            if (size < HEADER || size > length - at) {
                throw new IOException("netlink: a message of " + size + " bytes");
            }
            messages.add(
                    new Message(
                            Short.toUnsignedInt(bytes.getShort(at + 4)),
                            Short.toUnsignedInt(bytes.getShort(at + 6)),
                            bytes.getInt(at + 8),
                            Arrays.copyOfRange(block, at + HEADER, at + size)));
            at += align(size);
        }
        return messages;
    }

    /// Lists all there is of a kind.
    List<Message> dump(String what, int type, NetlinkRequest request) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            List<Message> messages = new ArrayList<>();
            if (dumpOnce(what, type, request, messages)) {
                return messages;
            }
        }
        throw new IOException(what + ": it changes all the time");
    }

    /// Says whether the list is of one moment.
    private boolean dumpOnce(String what, int type, NetlinkRequest request, List<Message> messages)
            throws IOException {
        send(type, REQUEST | DUMP, request);
        boolean whole = true;
        int bytes = 0;
        while (true) {
            for (Message message : receive(what)) {
                if (message.sequence != sequence) {
                    continue;
                }
                whole &= (message.flags & INTERRUPTED) == 0;
                if (message.type == ERROR) {
                    failIfError(what, message);
                }
                if (message.type == DONE || message.type == ERROR) {
                    return whole;
                }
                bytes += message.content.length;
                if (messages.size() == MAX_DUMP || bytes > MAX_DUMP_BYTES) {
                    throw Failures.exhausted(what + ": there are too many");
                }
                messages.add(message);
            }
        }
    }

    /// Has the kernel do something, and returns when it is done.
    ///
    /// @param flags besides the usual ones
    void perform(String what, int type, int flags, NetlinkRequest request) throws IOException {
        send(type, REQUEST | ACKNOWLEDGE | flags, request);
        while (true) {
            for (Message message : receive(what)) {
                if (message.sequence == sequence && message.type == ERROR) {
                    failIfError(what, message);
                    return;
                }
            }
        }
    }

    private void send(int type, int flags, NetlinkRequest request) throws ErrnoException {
        byte[] content = request.bytes();
        sequence++;
        byte[] message =
                ByteBuffer.allocate(HEADER + content.length)
                        .order(ByteOrder.nativeOrder())
                        .putInt(HEADER + content.length)
                        .putShort((short) type)
                        .putShort((short) flags)
                        .putInt(sequence)
                        .putInt(0)
                        .put(content)
                        .array();
        if (calls.write(socket, message, 0, message.length) == SystemCalls.WOULD_BLOCK) {
            throw new ErrnoException("netlink", ErrnoException.EAGAIN);
        }
    }

    private List<Message> receive(String what) throws IOException {
        int length = calls.read(socket, buffer, buffer.length);
        if (length <= 0) {
            throw new IOException(what + ": the kernel gave no answer");
        }
        return parse(buffer, length);
    }

    private static void failIfError(String what, Message message) throws IOException {
        if (message.content.length < Integer.BYTES) {
            throw new IOException(what + ": the kernel's answer is too short");
        }
        int error = -ByteBuffer.wrap(message.content).order(ByteOrder.nativeOrder()).getInt();
        if (error != 0) {
            String text = "";
            if ((message.flags & ACKNOWLEDGEMENT_HAS_TEXT) != 0
                    && message.content.length >= ERROR_HEADER) {
                text = Attributes.parse(message.content, ERROR_HEADER).text(ERROR_TEXT);
            }
            throw new ErrnoException(text.isEmpty() ? what : what + ": " + text, error);
        }
    }

    /// Waits until notifications came, and drops them; false if none came in time.
    boolean awaitNotification(int millis) throws ErrnoException {
        int epoll = calls.createEpoll();
        try {
            calls.arm(epoll, socket, SystemCalls.EPOLLIN, false);
            if (calls.awaitReady(epoll, millis).length == 0) {
                return false;
            }
        } finally {
            calls.close(epoll);
        }
        try {
            while (calls.read(socket, buffer, buffer.length) > 0) {
                // What changed is looked up.
            }
        } catch (ErrnoException e) {
            // So many that some were lost.
            if (e.errno() != ErrnoException.ENOBUFS) {
                throw e;
            }
        }
        return true;
    }

    @Override
    public void close() {
        calls.close(socket);
    }
}
