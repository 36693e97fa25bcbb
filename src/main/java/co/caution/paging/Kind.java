package co.caution.paging;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;

/** What is in a column that a list is sorted by, and how a cursor writes it down. */
public enum Kind {
    /** A time, to the microsecond, which is all that PostgreSQL keeps. */
    TIME {
        @Override
        String read(ResultSet row, String column) throws SQLException {
            return row.getObject(column, OffsetDateTime.class).toInstant().toString();
        }

        @Override
        Object parse(String text) {
            var time = Instant.parse(text).atOffset(ZoneOffset.UTC);
            if (time.getYear() < 1970 || time.getYear() > 9999) {
                throw new IllegalArgumentException("not a time that a row can have");
            }
            return time;
        }
    },
    ID {
        @Override
        String read(ResultSet row, String column) throws SQLException {
            return row.getObject(column, UUID.class).toString();
        }

        @Override
        Object parse(String text) {
            return UUID.fromString(text);
        }
    },
    NUMBER {
        @Override
        String read(ResultSet row, String column) throws SQLException {
            return Long.toString(row.getLong(column));
        }

        @Override
        Object parse(String text) {
            return Long.parseLong(text);
        }
    },
    TEXT {
        @Override
        String read(ResultSet row, String column) throws SQLException {
            return row.getString(column);
        }

        @Override
        Object parse(String text) {
            return text;
        }
    },
    FLAG {
        @Override
        String read(ResultSet row, String column) throws SQLException {
            return Boolean.toString(row.getBoolean(column));
        }

        @Override
        Object parse(String text) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException("neither true nor false");
            };
        }
    };

    abstract String read(ResultSet row, String column) throws SQLException;

    /** @throws RuntimeException for what {@link #read} never made, and the database would not take */
    abstract Object parse(String text);
}
